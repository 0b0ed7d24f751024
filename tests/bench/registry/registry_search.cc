// What it takes to find partners among many, and to keep the index: microseconds.
//
//   registry_search [partners]
//
// A search is that of ListPartners: the first 50 in the order of ids, of words that are frequent,
// rare, several, absent. Time of the processor, so that a busy machine says the same. Prints one
// line of JSON.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {
namespace {

constexpr int kPage = 50;

const std::vector<std::string>& Syllables() {
  static const auto& syllables = *new std::vector<std::string>{
      "ka", "zakh", "ser", "bia", "mol", "dova", "ar", "me", "nia", "geor", "gia", "pa",
      "na", "ma",   "tur", "ki",  "ye",  "li",   "ba", "no", "al",  "ge",   "ria", "co"};
  return syllables;
}

std::string WordOf(unsigned number) {
  std::string word;
  for (int i = 0; i < 3; ++i) {
    word += Syllables()[number % Syllables().size()];
    number /= static_cast<unsigned>(Syllables().size());
  }
  return word;
}

Partner MakePartner(unsigned number) {
  return {.id = absl::StrCat("p-", number * 2654435761U),
          .kind = number % 7 == 0 ? PartnerKind::kUnionBody : PartnerKind::kState,
          .display_name =
              absl::StrCat("Office of ", WordOf(number * 7919U), " and ", WordOf(number * 104729U)),
          .region = number % 3 == 0 ? "ASIA" : "AFRICA",
          .aliases = {WordOf(number), absl::StrCat("Bureau ", number % 1000)}};
}

// The 99th of a hundred, and the middle.
void Print(const char* name, std::vector<double> micros) {
  std::sort(micros.begin(), micros.end());
  std::printf(", \"%s_p50_us\": %.0f, \"%s_p99_us\": %.0f, \"%s_max_us\": %.0f", name,
              micros[micros.size() / 2], name, micros[micros.size() * 99 / 100], name,
              micros.back());
}

template <typename Body>
double Micros(Body body) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return absl::DurationFromTimespec(time);
  };
  const absl::Duration begin = now();
  body();
  return absl::ToDoubleMicroseconds(now() - begin);
}

void Run(unsigned partners) {
  Registry registry(std::string(32, 'a'));
  Change change{.revision = 1};
  for (unsigned i = 0; i < partners; ++i) change.facts.emplace_back(MakePartner(i));
  const double load = Micros([&] { registry.Apply(change); });
  std::printf("{\"partners\": %u, \"load_ms\": %.0f", partners, load / 1000);

  const auto search = [&](const std::string& query, const PartnerFilter& filter) {
    int found = 0;
    registry.index().Visit(query, filter, absl::CivilDay(2026, 11, 28), "",
                           [&](const Partner&) { return ++found <= kPage; });
    return found;
  };
  const PartnerFilter filter = PartnerFilter::Parse("region = ASIA AND NOT kind = STATE").value();
  std::vector<double> searches;
  std::vector<double> filtered;
  for (unsigned i = 0; i < 2000; ++i) {
    const std::string rare = WordOf(i * 7919U);
    const std::string queries[] = {rare,
                                   rare.substr(0, 3),
                                   absl::StrCat("office ", rare.substr(0, 4)),
                                   absl::StrCat("bureau ", i % 1000),
                                   "office",
                                   absl::StrCat(rare, " ", WordOf(i * 31U)),
                                   "nowhere"};
    const std::string& query = queries[i % std::size(queries)];
    searches.push_back(Micros([&] { search(query, PartnerFilter()); }));
    filtered.push_back(Micros([&] { search(query, filter); }));
  }
  Print("search", std::move(searches));
  Print("filtered", std::move(filtered));
  std::vector<double> puts;
  for (unsigned i = 0; i < 2000; ++i) {
    Partner changed = MakePartner(i * 17U % partners);
    changed.aliases.emplace_back("Changed");
    puts.push_back(Micros([&] { registry.Apply({.revision = 2 + i, .facts = {changed}}); }));
  }
  Print("apply", std::move(puts));
  // The worst there is: words that are all frequent and never meet.
  Print("worst", {Micros([&] { search("office nia bureau zz", PartnerFilter()); }),
                  Micros([&] { search("bureau of office p and g k", PartnerFilter()); })});
  std::printf("}\n");
}

}  // namespace
}  // namespace comity::partner_registry

int main(int argc, char** argv) {
  const long partners = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 100'000;
  if (partners < 100 || partners > 10'000'000) {
    std::fprintf(stderr, "Usage: registry_search [partners, 100 to 10000000]\n");
    return 2;
  }
  comity::partner_registry::Run(static_cast<unsigned>(partners));
  return 0;
}
