#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/principal.h"

namespace comity::rpc {

// What evidence a method makes (deploy/access/README.md).
enum class Evidence { kNone, kOutcome, kDisclosure };

// Where a method's work runs.
enum class Admission { kRead, kWrite, kBulk, kWatch };

absl::string_view ToString(Evidence evidence);
absl::string_view ToString(Admission admission);

// Who may call what: deny by default. Knows methods and roles, nothing about resources. Immutable,
// hence thread-safe.
class AccessTable {
 public:
  // One accepted kind of caller: a role of the agency, any partner's contact, an application, a
  // service, or everybody with an accepted certificate. A probe is a machine and asks for health:
  // it is no one of any role, and goes where its own is named.
  struct Pattern {
    enum class Kind { kAnybody, kAgency, kPartner, kApplication, kService };
    Kind kind = Kind::kAgency;
    identity::Role role = identity::Role::kNone;  // Only kAgency; kNone is any role.
    std::string name;                             // Application or service; "" is any of them.

    bool Matches(const identity::Principal& principal) const;
  };

  struct Row {
    std::vector<Pattern> callers;
    Evidence evidence = Evidence::kNone;
    Admission admission = Admission::kRead;
    bool delegated = true;   // Also to who has an application or service call for him.
    bool suspended = false;  // Also to whom exchanges are suspended with.

    bool Allows(const identity::Principal& principal) const;
  };

  // Parses `text`; `origin` stands for the file in errors. `methods` are all methods served, as
  // "package.Service/Method": each needs a row and there may be no other. INVALID_ARGUMENT
  // `ACCESS_TABLE_INVALID` names file, line and what is wrong.
  static absl::StatusOr<AccessTable> Parse(absl::string_view text, const std::string& origin,
                                           const std::vector<std::string>& methods);

  // Reads and parses `file`. NOT_FOUND `ACCESS_TABLE_MISSING` if it cannot be read.
  static absl::StatusOr<AccessTable> Load(const std::string& file,
                                          const std::vector<std::string>& methods);

  // The row of "package.Service/Method"; null if there is none: denied. A leading slash is ignored.
  const Row* Find(absl::string_view method) const;

  // Whether `principal`, an application or service, may call for a person of the agency.
  bool MayCarry(const identity::Principal& principal) const;

 private:
  absl::flat_hash_map<std::string, Row> rows_;
  std::vector<Pattern> carriers_;
};

// The methods of services linked into this program, as "package.Service/Method", health and
// reflection included: what AccessTable::Parse wants. NOT_FOUND `SERVICE_NOT_LINKED` names a
// service whose descriptor the program does not have.
absl::StatusOr<std::vector<std::string>> MethodsServed(const std::vector<std::string>& services);

// The table in force, replaced whole. Thread-safe; current() costs a reference count.
class AccessTableInForce {
 public:
  explicit AccessTableInForce(AccessTable table);

  std::shared_ptr<const AccessTable> current() const { return current_.load(); }
  void Replace(AccessTable table);

 private:
  std::atomic<std::shared_ptr<const AccessTable>> current_;
};

}  // namespace comity::rpc
