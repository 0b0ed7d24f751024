// How long an import takes: of partners with their legal classes and an authority each, then of
// their instruments, then of their contacts, then of the same contacts again, which changes
// nothing.
//
//   registry_import <empty directory> [partners] [instruments of each] [contacts of each]
//
// Prints one line of JSON an import: how long it took in all, how much of it went to keys, while
// others could write, and how much to planning.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/journal/journal.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "tests/testing/test_journal.h"

namespace comity::partner_registry {
namespace {

constexpr char kOperator[] = "spiffe://agency.example/agency/registry-operator/-/importer";

struct Size {
  int partners = 1000;
  int instruments = 10;
  int contacts = 10;
};

[[noreturn]] void Fail(const absl::Status& status) {
  (void)std::fprintf(stderr, "registry_import: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string IdOf(int number) { return absl::StrCat("state-", number); }

class Rows {
 public:
  template <typename T>
  void Add(T fact) {
    const int line = static_cast<int>(rows_.size()) + 2;
    rows_.push_back({.source = {"rows.csv", line}, .fact = std::move(fact)});
  }

  const std::vector<ImportRow>& all() const { return rows_; }

 private:
  std::vector<ImportRow> rows_;
};

Rows Partners(const Size& size) {
  Rows rows;
  for (int i = 0; i < size.partners; ++i) {
    const std::string id = IdOf(i);
    rows.Add(Partner{
        .id = id, .kind = PartnerKind::kState, .display_name = absl::StrCat("Land Number ", i)});
    rows.Add(LegalClassRow{id,
                           {.legal_class = LegalClass::kThirdCountry,
                            .from = "1990-01-01",
                            .certainty = Certainty::kFound}});
    rows.Add(Authority{.partner = id,
                       .id = "prosecution-service",
                       .display_name = "Prosecution Service",
                       .competent_in_criminal_matters = true,
                       .certainty = Certainty::kFound});
  }
  return rows;
}

Rows Instruments(const Size& size) {
  Rows rows;
  for (int i = 0; i < size.partners; ++i) {
    for (int j = 0; j < size.instruments; ++j) {
      Instrument instrument{.partner = IdOf(i),
                            .id = absl::StrCat("agreement-", j),
                            .kind = InstrumentKind::kCooperationAgreementPre2019,
                            .title = "Agreement on cooperation",
                            .signed_on = "2010-01-01",
                            .in_force = "2011-01-01",
                            .reference = "OJ L 1, 1.1.2011"};
      instrument.certainty = {{"signed", Certainty::kUnconfirmed},
                              {"in_force", Certainty::kUnconfirmed}};  // The load is over.
      rows.Add(std::move(instrument));
    }
  }
  return rows;
}

Rows Contacts(const Size& size) {
  Rows rows;
  for (int i = 0; i < size.partners; ++i) {
    for (int j = 0; j < size.contacts; ++j) {
      const std::string id = absl::StrCat("desk-", j);
      rows.Add(Contact{
          .partner = IdOf(i),
          .id = id,
          .spiffe_id = absl::StrCat("spiffe://state.example/partner/", IdOf(i), "/contact/", id),
          .function = "Desk",
          .authority = "prosecution-service",
          .opener = true,
          .languages = {"en"}});
    }
  }
  return rows;
}

// As the service does it: keys first, then the turn.
void Import(JournalRegistryStore& store, const char* what, const Rows& rows) {
  absl::Duration planning;
  std::vector<std::string> contacts;
  for (const ImportRow& row : rows.all()) {
    const auto* const contact = std::get_if<Contact>(&row.fact);
    if (contact != nullptr && store.View()->FindContact(NameOf(*contact)) == nullptr) {
      contacts.push_back(NameOf(*contact));
    }
  }
  const absl::Time begin = absl::Now();
  const absl::Status prepared = store.PrepareKeys(contacts);
  if (!prepared.ok()) Fail(prepared);
  const absl::Duration keys = absl::Now() - begin;
  const auto written =
      store.Write({.caller = kOperator, .method = "bench/Import"}, "",
                  [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
                    const absl::Time planned_from = absl::Now();
                    auto made = PlanImport(latest, rows.all(), kOperator, now);
                    planning = absl::Now() - planned_from;
                    if (!made.ok()) return made.status();
                    return Plan{.facts = std::move(made->facts), .barrier = true};
                  });
  if (!written.ok()) Fail(written.status());
  (void)std::printf(
      "{\"import\": \"%s\", \"rows\": %zu, \"ms\": %.0f, \"keys_ms\": %.0f, \"plan_ms\": %.0f}\n",
      what, rows.all().size(), absl::ToDoubleMilliseconds(absl::Now() - begin),
      absl::ToDoubleMilliseconds(keys), absl::ToDoubleMilliseconds(planning));
  (void)std::fflush(stdout);
}

void Run(const std::string& directory, const Size& size) {
  const journal::Options options = testing::TestJournalOptions(directory);
  auto journal = journal::Journal::Open(options);
  if (!journal.ok()) Fail(journal.status());
  auto store = JournalRegistryStore::Open(journal->get(), options.expiry_key_directory);
  if (!store.ok()) Fail(store.status());
  Import(**store, "partners", Partners(size));
  Import(**store, "instruments", Instruments(size));
  Import(**store, "contacts", Contacts(size));
  Import(**store, "contacts again", Contacts(size));
  (*journal)->Close();
}

}  // namespace
}  // namespace comity::partner_registry

int main(int argc, char** argv) {
  comity::partner_registry::Size size;
  int* const sizes[] = {&size.partners, &size.instruments, &size.contacts};
  bool right = argc >= 2 && argc <= 5;
  for (int i = 2; right && i < argc; ++i) {
    right = absl::SimpleAtoi(argv[i], sizes[i - 2]) && *sizes[i - 2] > 0;
  }
  if (!right) {
    (void)std::fprintf(stderr,
                       "usage: registry_import <empty directory> [partners] [instruments of each] "
                       "[contacts of each]\n");
    return 2;
  }
  comity::partner_registry::Run(argv[1], size);
  return 0;
}
