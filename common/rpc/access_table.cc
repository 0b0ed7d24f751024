#include "common/rpc/access_table.h"

#include <google/protobuf/descriptor.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::rpc {
namespace {

// Parses one file; every error names it and the line.
class TableParser {
 public:
  TableParser(std::string origin, const std::vector<std::string>& methods)
      : origin_(std::move(origin)), methods_(methods.begin(), methods.end()) {}

  struct Parsed {
    absl::flat_hash_map<std::string, AccessTable::Row> rows;
    std::vector<AccessTable::Pattern> carriers;
  };

  absl::StatusOr<Parsed> Parse(absl::string_view text) const {
    toml::table root;
    try {
      root = toml::parse(std::string_view(text.data(), text.size()), std::string_view(origin_));
    } catch (const toml::parse_error& error) {
      const std::string_view what = error.description();
      return Error(error.source(),
                   absl::StrCat("not valid TOML: ", absl::string_view(what.data(), what.size())));
    }
    for (const auto& [key, node] : root) {
      if (key != "format" && key != "carriers" && key != "methods") return UnknownKey(key, node);
    }
    if (root["format"].value<std::int64_t>() != 1) {
      return Error(root.source(), "format must be 1");
    }
    Parsed parsed;
    if (const auto carriers = root["carriers"]; carriers) {
      COMITY_ASSIGN_OR_RETURN(parsed.carriers, ParseCarriers(*carriers.node()));
    }
    const toml::table* const methods = root["methods"].as_table();
    if (methods == nullptr) return Error(root.source(), "there is no [methods.\"...\"] table");
    for (const auto& [key, node] : *methods) {
      const std::string method(key.str());
      if (!methods_.contains(method)) {
        return Error(node.source(), absl::StrCat("this service has no method \"", method, "\""));
      }
      const toml::table* const table = node.as_table();
      if (table == nullptr) return Error(node.source(), "a method's row must be a table");
      COMITY_ASSIGN_OR_RETURN(parsed.rows[method], ParseRow(method, *table));
    }
    for (const std::string& method : methods_) {
      if (!parsed.rows.contains(method)) {
        return Error(root.source(),
                     absl::StrCat("method \"", method, "\" is served but has no row; add one"));
      }
    }
    return parsed;
  }

 private:
  absl::Status Error(const toml::source_region& at, absl::string_view what) const {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat(origin_, ":", std::max<unsigned>(at.begin.line, 1), ": ", what, "."),
        {.reason = "ACCESS_TABLE_INVALID"});
  }

  absl::Status UnknownKey(const toml::key& key, const toml::node& node) const {
    return Error(node.source(),
                 absl::StrCat("unknown key \"", std::string(key.str()), "\"; remove it"));
  }

  absl::StatusOr<std::vector<AccessTable::Pattern>> ParsePatterns(const toml::array& texts,
                                                                  absl::string_view what) const {
    std::vector<AccessTable::Pattern> patterns;
    for (const toml::node& node : texts) {
      const auto text = node.value<std::string>();
      if (!text) return Error(node.source(), absl::StrCat(what, " must be a list of strings"));
      COMITY_ASSIGN_OR_RETURN(AccessTable::Pattern pattern, ParsePattern(*text, node.source()));
      patterns.push_back(std::move(pattern));
    }
    return patterns;
  }

  absl::StatusOr<std::vector<AccessTable::Pattern>> ParseCarriers(const toml::node& node) const {
    const toml::array* const texts = node.as_array();
    if (texts == nullptr) return Error(node.source(), "carriers must be a list of strings");
    COMITY_ASSIGN_OR_RETURN(auto carriers, ParsePatterns(*texts, "carriers"));
    for (const AccessTable::Pattern& carrier : carriers) {
      if (carrier.kind != AccessTable::Pattern::Kind::kApplication &&
          carrier.kind != AccessTable::Pattern::Kind::kService) {
        return Error(node.source(),
                     "only applications and services carry delegations: name application, "
                     "application/<name>, service or service/<name>");
      }
    }
    return carriers;
  }

  absl::StatusOr<AccessTable::Row> ParseRow(const std::string& method,
                                            const toml::table& table) const {
    for (const auto& [key, node] : table) {
      if (key != "callers" && key != "evidence" && key != "admission" && key != "delegated" &&
          key != "suspended") {
        return UnknownKey(key, node);
      }
    }
    AccessTable::Row row;
    const toml::array* const callers = table["callers"].as_array();
    if (callers == nullptr) {
      return Error(table.source(), absl::StrCat(method, ": callers must be a list of strings"));
    }
    COMITY_ASSIGN_OR_RETURN(row.callers, ParsePatterns(*callers, "callers"));

    const std::string evidence = table["evidence"].value_or(std::string());
    if (evidence == "none") {
      row.evidence = Evidence::kNone;
    } else if (evidence == "outcome") {
      row.evidence = Evidence::kOutcome;
    } else if (evidence == "disclosure") {
      row.evidence = Evidence::kDisclosure;
    } else {
      return Error(table.source(),
                   absl::StrCat(method, ": evidence must be none, outcome or disclosure"));
    }

    const std::string admission = table["admission"].value_or(std::string());
    if (admission == "read") {
      row.admission = Admission::kRead;
    } else if (admission == "write") {
      row.admission = Admission::kWrite;
    } else if (admission == "bulk") {
      row.admission = Admission::kBulk;
    } else if (admission == "watch") {
      row.admission = Admission::kWatch;
    } else {
      return Error(table.source(),
                   absl::StrCat(method, ": admission must be read, write, bulk or watch"));
    }
    COMITY_RETURN_IF_ERROR(ParseSwitch(method, table, "delegated", row.delegated));
    COMITY_RETURN_IF_ERROR(ParseSwitch(method, table, "suspended", row.suspended));
    return row;
  }

  // Leaves `value` as it is where the row does not say.
  absl::Status ParseSwitch(const std::string& method, const toml::table& table, const char* key,
                           bool& value) const {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return absl::OkStatus();
    if (!node->is_boolean()) {
      return Error(node->source(), absl::StrCat(method, ": ", key, " must be true or false"));
    }
    value = node->as_boolean()->get();
    return absl::OkStatus();
  }

  absl::StatusOr<AccessTable::Pattern> ParsePattern(absl::string_view text,
                                                    const toml::source_region& at) const {
    using Kind = AccessTable::Pattern::Kind;
    AccessTable::Pattern pattern;
    absl::string_view rest = text;
    if (text == "*") {
      pattern.kind = Kind::kAnybody;
    } else if (text == "partner") {
      pattern.kind = Kind::kPartner;
    } else if (text == "application" || absl::ConsumePrefix(&rest, "application/")) {
      pattern.kind = Kind::kApplication;
      if (text != "application") pattern.name = std::string(rest);
    } else if (text == "service" || absl::ConsumePrefix(&rest, "service/")) {
      pattern.kind = Kind::kService;
      if (text != "service") pattern.name = std::string(rest);
    } else if (absl::ConsumePrefix(&rest, "agency/")) {
      pattern.kind = Kind::kAgency;
      if (rest != "*") {
        const absl::StatusOr<identity::Role> role = identity::ParseRole(rest);
        if (!role.ok()) {
          return Error(at, absl::StrCat("there is no role \"", rest, "\" in \"", text, "\""));
        }
        pattern.role = *role;
      }
    } else {
      return Error(at, absl::StrCat("\"", text,
                                    "\" is no caller: write agency/<role>, agency/*, partner, "
                                    "application, service or *"));
    }
    if (text != "application" && text != "service" && pattern.name.empty() &&
        (pattern.kind == Kind::kApplication || pattern.kind == Kind::kService)) {
      return Error(at, absl::StrCat("\"", text, "\" has no name after the slash"));
    }
    return pattern;
  }

  const std::string origin_;
  const std::set<std::string> methods_;
};

}  // namespace

absl::string_view ToString(Evidence evidence) {
  switch (evidence) {
    case Evidence::kNone:
      return "none";
    case Evidence::kOutcome:
      return "outcome";
    case Evidence::kDisclosure:
      return "disclosure";
  }
  return "none";
}

absl::string_view ToString(Admission admission) {
  switch (admission) {
    case Admission::kRead:
      return "read";
    case Admission::kWrite:
      return "write";
    case Admission::kBulk:
      return "bulk";
    case Admission::kWatch:
      return "watch";
  }
  return "read";
}

bool AccessTable::Pattern::Matches(const identity::Principal& principal) const {
  switch (kind) {
    case Kind::kAnybody:
      return true;
    case Kind::kAgency:
      return principal.kind == identity::PrincipalKind::kAgency &&
             (role == identity::Role::kNone ? principal.role != identity::Role::kProbe
                                            : role == principal.role);
    case Kind::kPartner:
      return principal.kind == identity::PrincipalKind::kPartner;
    case Kind::kApplication:
      return principal.kind == identity::PrincipalKind::kApplication &&
             (name.empty() || name == principal.id);
    case Kind::kService:
      return principal.kind == identity::PrincipalKind::kService &&
             (name.empty() || name == principal.id);
  }
  return false;
}

bool AccessTable::Row::Allows(const identity::Principal& principal) const {
  return std::any_of(callers.begin(), callers.end(),
                     [&](const Pattern& pattern) { return pattern.Matches(principal); });
}

absl::StatusOr<AccessTable> AccessTable::Parse(absl::string_view text, const std::string& origin,
                                               const std::vector<std::string>& methods) {
  COMITY_ASSIGN_OR_RETURN(auto parsed, TableParser(origin, methods).Parse(text));
  AccessTable table;
  table.rows_ = std::move(parsed.rows);
  table.carriers_ = std::move(parsed.carriers);
  return table;
}

absl::StatusOr<AccessTable> AccessTable::Load(const std::string& file,
                                              const std::vector<std::string>& methods) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("cannot read the access table ", file,
                                  ": check access.table and the file's permissions."),
                     {.reason = "ACCESS_TABLE_MISSING"});
  }
  return Parse(text.str(), file, methods);
}

const AccessTable::Row* AccessTable::Find(absl::string_view method) const {
  absl::ConsumePrefix(&method, "/");
  const auto row = rows_.find(method);
  return row == rows_.end() ? nullptr : &row->second;
}

bool AccessTable::MayCarry(const identity::Principal& principal) const {
  return std::any_of(carriers_.begin(), carriers_.end(),
                     [&](const Pattern& carrier) { return carrier.Matches(principal); });
}

absl::StatusOr<std::vector<std::string>> MethodsServed(const std::vector<std::string>& services) {
  // gRPC's own two have no descriptor in this program.
  std::vector<std::string> methods = {
      "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch",
      "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
  for (const std::string& service : services) {
    const google::protobuf::ServiceDescriptor* const descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    if (descriptor == nullptr) {
      return MakeError(absl::StatusCode::kNotFound,
                       absl::StrCat("the program has no descriptor of service ", service, "."),
                       {.reason = "SERVICE_NOT_LINKED"});
    }
    for (int i = 0; i < descriptor->method_count(); ++i) {
      methods.push_back(absl::StrCat(service, "/", descriptor->method(i)->name()));
    }
  }
  return methods;
}

AccessTableInForce::AccessTableInForce(AccessTable table)
    : current_(std::make_shared<const AccessTable>(std::move(table))) {}

void AccessTableInForce::Replace(AccessTable table) {
  current_.store(std::make_shared<const AccessTable>(std::move(table)));
}

}  // namespace comity::rpc
