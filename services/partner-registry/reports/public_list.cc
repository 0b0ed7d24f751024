#include "services/partner-registry/reports/public_list.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json/canonical.h"
#include "common/legal/effect.h"
#include "common/pages/page.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/reports/words.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostBytes = std::size_t{6} << 20;  // Below what a message may have.
constexpr char kLegalBase[] = "Regulation (EU) 2018/1725, Article 94(3)";

// One instrument that is public.
struct Entry {
  const Partner* partner;
  const Instrument* instrument;
  std::vector<std::string> open;  // Fields that leave its effect open; empty: it has effect.
};

struct Found {
  std::vector<Entry> in_effect;
  std::vector<Entry> not_established;
  int not_shown_public = 0;
};

Found FindOn(const Registry& registry, absl::CivilDay day) {
  // As the check itself, not as who explores: nobody is told what is one person's word.
  const legal::Lens lens{.day = day, .public_on = day};
  Found found;
  for (const auto& [id, partner] : registry.partners()) {
    if (partner->deleted()) continue;
    const legal::Dossier* const dossier = registry.facts().Find(NameOf(*partner));
    if (dossier == nullptr) continue;
    for (const legal::Instrument& known : dossier->instruments) {
      const Instrument* const instrument = registry.FindInstrument(known.name);
      if (instrument == nullptr) continue;
      if (const legal::Tri is_public = legal::PublicUnder(known, lens);
          is_public != legal::Tri::kYes) {
        found.not_shown_public += is_public == legal::Tri::kUnknown ? 1 : 0;
        continue;
      }
      const legal::Effect effect = legal::EffectWithScope(known, *dossier, lens);
      if (effect.holds == legal::Tri::kNo) continue;
      Entry entry{.partner = partner.get(), .instrument = instrument};
      entry.open = legal::WhatIsOpen(effect);
      const bool holds = effect.holds == legal::Tri::kYes;
      (holds ? found.in_effect : found.not_established).push_back(std::move(entry));
    }
  }
  return found;
}

// What it can be a basis for, without what no second person confirmed of that.
Uses SureUsesOf(Instrument instrument) {
  const legal::Instrument view = ToLegal(instrument);
  if (!legal::Sure(view, legal::Field::kScope)) instrument.scope = {};
  if (!legal::Sure(view, legal::Field::kAllowsSecondment)) instrument.allows_secondment = false;
  return UsesOf(instrument);
}

// On which day a second person confirmed. What he named is written for the agency, and stays there.
std::string DayOf(const Confirmation& confirmation) {
  return FormatDay(DayInBrussels(confirmation.confirm_time));
}

// Of the field; empty if nobody did.
std::string ConfirmedOn(const Instrument& instrument, absl::string_view field) {
  for (const Confirmation& confirmation : instrument.confirmations) {
    if (confirmation.field == field) return DayOf(confirmation);
  }
  return "";
}

json::Json ToJson(const Entry& entry) {
  const Instrument& instrument = *entry.instrument;
  const Uses uses = SureUsesOf(instrument);
  json::Json dates = json::Json::object();
  json::Json certainty = json::Json::object();
  json::Json confirmed_on = json::Json::object();
  for (const auto& [field, day] : DatesOf(instrument)) {
    dates[field] = day;
    certainty[field] = Word(CertaintyOf(instrument, field));
  }
  for (const Confirmation& confirmation : instrument.confirmations) {
    confirmed_on[confirmation.field] = DayOf(confirmation);
  }
  json::Json made = {{"partner", NameOf(*entry.partner)},
                     {"partner_name", entry.partner->display_name},
                     {"status_footnote", entry.partner->status_footnote},
                     {"instrument", NameOf(instrument)},
                     {"title", instrument.title},
                     {"kind", Word(instrument.kind)},
                     {"legal_base", instrument.legal_base},
                     {"dates", std::move(dates)},
                     {"certainty", std::move(certainty)},
                     {"confirmed_on", std::move(confirmed_on)},
                     {"parts_suspended", instrument.parts_suspended},
                     {"reference", instrument.reference},
                     {"basis_for", uses.basis_for},
                     {"no_basis_for", uses.no_basis_for}};
  if (!entry.open.empty()) made["open_fields"] = entry.open;
  return made;
}

json::Json ToJson(const std::vector<Entry>& entries) {
  json::Json made = json::Json::array();
  for (const Entry& entry : entries) made.push_back(ToJson(entry));
  return made;
}

pages::Table ToTable(const std::vector<Entry>& entries, bool open) {
  pages::Table table{.header = {"Partner", "Instrument", "Legal base",
                                "Dates, and how sure they are", "Can be a basis for",
                                "Is no basis for", "Published"}};
  if (open) table.header.emplace_back("What leaves its effect open");
  for (const Entry& entry : entries) {
    const Instrument& instrument = *entry.instrument;
    const Uses uses = SureUsesOf(instrument);
    std::vector<std::string> dates;
    for (const auto& [field, day] : DatesOf(instrument)) {
      const std::string confirmed = ConfirmedOn(instrument, field);
      dates.push_back(absl::StrCat(
          StepText(field), " ", day, " (", Text(CertaintyOf(instrument, field)),
          confirmed.empty() ? "" : ", confirmed by a second person on ", confirmed, ")"));
    }
    if (!instrument.parts_suspended.empty()) {
      dates.push_back(absl::StrCat("suspended: ", instrument.parts_suspended == "*"
                                                      ? "the whole"
                                                      : instrument.parts_suspended));
    }
    std::vector<std::string> cells = {NameWithFootnote(*entry.partner),
                                      absl::StrCat(instrument.title, "; ", Text(instrument.kind)),
                                      instrument.legal_base,
                                      absl::StrJoin(dates, "; "),
                                      uses.basis_for,
                                      uses.no_basis_for,
                                      instrument.reference};
    if (open) cells.push_back(absl::StrJoin(entry.open, ", "));
    table.rows.push_back({.cells = std::move(cells)});
  }
  return table;
}

std::string PageOf(const Registry& registry, absl::CivilDay day, const Found& found) {
  pages::Page page{.title = "Adequacy decisions, agreements and arrangements",
                   .notice = kNotice,
                   .preface = {{.text = absl::StrCat("On ", FormatDay(day), ", under ", kLegalBase,
                                                     ". Registry revision ", registry.revision(),
                                                     " of store ", registry.store_id(), ".")}}};
  pages::Section in_effect{.heading = "In effect"};
  if (found.in_effect.empty()) {
    in_effect.blocks.emplace_back(pages::Line{.text = "There is none."});
  } else {
    in_effect.blocks.emplace_back(ToTable(found.in_effect, false));
  }
  page.sections.push_back(std::move(in_effect));
  if (!found.not_established.empty()) {
    page.sections.push_back(
        {.heading = "Effect not established", .blocks = {ToTable(found.not_established, true)}});
  }
  if (found.not_shown_public > 0) {
    page.sections.push_back(
        {.heading = "Left out",
         .blocks = {pages::Line{
             .text = absl::StrCat("Instruments of which nothing shows that they are public: ",
                                  found.not_shown_public, ".")}}});
  }
  return pages::ToHtml(page);
}

}  // namespace

PublicList PublicListOn(const Registry& registry, absl::CivilDay day) {
  const Found found = FindOn(registry, day);
  const json::Json content = {
      {"format", "comity.public-list.v1"},
      {"notice", kNotice},
      {"legal_base", kLegalBase},
      {"day", FormatDay(day)},
      {"registry_revision", {{"store_id", registry.store_id()}, {"number", registry.revision()}}},
      {"in_effect", ToJson(found.in_effect)},
      {"effect_not_established", ToJson(found.not_established)},
      {"not_shown_public", found.not_shown_public}};
  return {.content = json::Canonical(content), .page = PageOf(registry, day, found)};
}

absl::Status CheckFits(const PublicList& list) {
  if (list.content.size() + list.page.size() <= kMostBytes) return absl::OkStatus();
  std::map<std::string, std::size_t> bytes;
  COMITY_ASSIGN_OR_RETURN(const json::Json content, json::ParseCanonical(list.content));
  for (const char* part : {"in_effect", "effect_not_established"}) {
    for (const json::Json& entry : content.at(part)) {
      bytes[entry.at("partner").get<std::string>()] += json::Canonical(entry).size();
    }
  }
  const auto most = std::max_element(
      bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string partner = most == bytes.end() ? "nobody" : most->first;
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("The public list comes to more than 6 MiB, most of it of ", partner,
                   ": retract what was entered there by mistake, with `comity instruments retract "
                   "PARTNER/ID --evidence DOCUMENT`, or shorten what it covers "
                   "(`scope`)."),
      {.reason = "PUBLIC_LIST_TOO_LONG", .metadata = {{"partner", partner}}});
}

}  // namespace comity::partner_registry
