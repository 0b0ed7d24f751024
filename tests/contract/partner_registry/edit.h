#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "services/partner-registry/domain/registry_store.h"
#include "tests/contract/partner_registry/naive_registry.h"

namespace comity::partner_registry {

// One edit: how the registry plans it, and what it means if it is accepted.
struct Edit {
  std::string kind;
  RegistryStore::Planner planner;  // Null: there is nothing to edit so.
  // Of what it made; false: nothing changes.
  std::function<bool(NaiveRegistry& naive, const RegistryStore::Written& written)> meant;
};

inline constexpr char kEvidence[] = "a document";

inline constexpr const char* kDays[] = {
    "signed",       "provisional_from", "in_force",     "in_force_by",
    "applied_from", "suspended_from",   "notified_end", "ended"};

inline absl::Time TimeOf(const RegistryStore::Written& written) {
  return written.committed.commit_time;
}

// An edit after which there is what it says.
inline Edit Meaning(std::string kind, std::vector<Fact> facts, RegistryStore::Planner planner) {
  return {std::move(kind), std::move(planner),
          [facts = std::move(facts)](NaiveRegistry& naive, const RegistryStore::Written& written) {
            return naive.Commit(facts, TimeOf(written));
          }};
}

// There is nothing to edit so.
inline Edit Nothing(std::string kind) { return {std::move(kind), nullptr, nullptr}; }

inline Confirmation ConfirmedBy(std::string field, const std::string& who) {
  return {.field = std::move(field), .evidence = kEvidence, .confirmed_by = who};
}

template <typename T>
std::string Etag(const T& fact) {
  return EtagOf(fact.recorded);
}

}  // namespace comity::partner_registry
