// comity keys: make, publish and list sealing keys.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/client/own_keys.h"
#include "common/sealing/age_key.h"
#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

using Registry = v1::PartnerRegistryService::Stub;

constexpr absl::Duration kYear = absl::Hours(24 * 365);

struct Arguments {
  std::string of;
  int years = 2;
  bool anew = false;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (file) return std::string(std::istreambuf_iterator<char>(file), {});
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("The file ", path, " cannot be read: it belongs to the identity folder."),
      {.reason = "IDENTITY_FILE_MISSING"});
}

// The sealing key in the identity folder; made if there is none, readable by its owner only.
absl::StatusOr<sealing::AgeIdentity> OwnKey(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    const sealing::AgeIdentity key = sealing::AgeIdentity::Generate();
    const crypto::Secret contents = key.ToFile();
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool written = descriptor >= 0 &&
                         write(descriptor, contents.view().data(), contents.view().size()) ==
                             static_cast<ssize_t>(contents.view().size()) &&
                         fsync(descriptor) == 0;
    if (descriptor >= 0) close(descriptor);
    if (!written) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The sealing key cannot be written to ", path,
                                    ": make the folder writable."),
                       {.reason = "FILE_NOT_WRITABLE"});
    }
  }
  COMITY_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  return sealing::AgeIdentity::ParseFile(contents);
}

void PrintKeys(const v1::ListKeyStatementsResponse& keys) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::KeyStatement& key : keys.key_statements()) {
    const auto statement = sealing::ParseKeyStatement(key.statement());
    if (!statement.ok()) continue;
    rows.push_back({key.holder(), absl::StrCat(statement->serial), statement->age_recipient,
                    absl::FormatTime("%Y-%m-%d", statement->not_after, absl::UTCTimeZone())});
  }
  PrintTable(std::cout, {"holder", "serial", "age recipient", "until"}, rows);
}

absl::StatusOr<v1::ListKeyStatementsResponse> Current(App& app, Registry* registry,
                                                      const v1::ListKeyStatementsRequest& request) {
  return client::Invoke(registry, &Registry::ListKeyStatements, request, app.patience());
}

absl::Status Publish(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const sealing::Signer signer,
                          client::LoadSigner(session->identity_folder()));
  COMITY_ASSIGN_OR_RETURN(const sealing::AgeIdentity own, OwnKey(session->File("age.key")));
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());

  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  sealing::KeyStatement statement{.holder = signer.spiffe_id(),
                                  .age_recipient = own.recipient().ToString(),
                                  .serial = 1,
                                  .not_before = now,
                                  .not_after = now + arguments.years * kYear};
  v1::ListKeyStatementsRequest mine;
  mine.set_holder(statement.holder);
  COMITY_ASSIGN_OR_RETURN(v1::ListKeyStatementsResponse current,
                          Current(app, registry.get(), mine));
  if (current.key_statements_size() > 0) {
    const std::string& last = current.key_statements(0).statement();
    COMITY_ASSIGN_OR_RETURN(const sealing::KeyStatement previous, sealing::ParseKeyStatement(last));
    if (!arguments.anew && previous.age_recipient == statement.age_recipient &&
        sealing::CheckInEffect(previous, now).ok()) {
      if (!app.options.json) {
        std::cout << "This key is published already. Of somebody whose secondment is a new one "
                     "since, publish it with --anew.\n";
      }
      app.Show(current, [&] { PrintKeys(current); });
      return absl::OkStatus();
    }
    statement.serial = previous.serial + 1;
    statement.previous_sha256 = crypto::Sha256(last);
  }

  v1::PublishKeyStatementRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_key_statement()->mutable_statement(),
                          sealing::BuildKeyStatement(statement));
  COMITY_ASSIGN_OR_RETURN(*request.mutable_key_statement()->mutable_signature(),
                          signer.Sign(request.key_statement().statement(), now));
  v1::ListKeyStatementsResponse published;
  COMITY_ASSIGN_OR_RETURN(
      *published.add_key_statements(),
      client::Invoke(registry.get(), &Registry::PublishKeyStatement, request, app.patience()));
  app.Show(published, [&] {
    PrintKeys(published);
    if (arguments.anew) {
      std::cout << "Of somebody who is seconded anew it counts if the secondment before was over "
                   "before today. If today is its last day, publish it once more tomorrow.\n";
    }
  });
  return absl::OkStatus();
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListKeyStatementsRequest request;
  if (absl::StartsWith(arguments.of, "spiffe://")) {
    request.set_holder(arguments.of);
  } else {
    COMITY_ASSIGN_OR_RETURN(*request.mutable_authority(), AuthorityName(arguments.of));
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_ASSIGN_OR_RETURN(const v1::ListKeyStatementsResponse keys,
                          Current(app, registry.get(), request));
  app.Show(keys, [&] { PrintKeys(keys); });
  return absl::OkStatus();
}

}  // namespace

void RegisterKeys(Command root, App& app) {
  const Command keys = root.AddGroup("keys", "Sealing keys");
  const auto arguments = std::make_shared<Arguments>();

  const Command publish = AddCommand(keys, app, "publish",
                                     "Publish your sealing key, signed; makes one if there is none",
                                     "  comity --as tbilisi-1 keys publish\n"
                                     "  comity --as lp-1 keys publish --anew",
                                     [&app, arguments] { return Publish(app, *arguments); });
  publish.AddOption("--years", arguments->years, "How long it is valid")
      .Between(1, 5)
      .ShowDefault();
  publish.AddFlag("--anew", arguments->anew,
                  "Also if it is published: whoever is seconded anew has to, after the last day of "
                  "the secondment before");

  const Command list =
      AddCommand(keys, app, "list", "List the keys of a holder or of the openers of an authority",
                 "  comity --as desk-1 keys list georgia/prosecution-service",
                 [&app, arguments] { return List(app, *arguments); });
  list.AddOption("of", arguments->of, "A SPIFFE id, or an authority").Required();
}

}  // namespace comity::cli
