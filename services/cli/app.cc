#include "services/cli/app.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/client/expiry.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/json_text.h"

namespace comity::cli {
namespace {

constexpr char kExamples[] = "Examples:\n";

}  // namespace

absl::StatusOr<client::Session*> App::session() {
  if (session_ != nullptr) return session_.get();
  if (options.as.empty()) {
    return InvalidField(
        "IDENTITY_NOT_NAMED", "--as",
        "must name who calls, a folder in ids/ of the home; COMITY_AS can say it too");
  }
  const std::string folder = absl::StrContains(options.as, '/')
                                 ? options.as
                                 : absl::StrCat(options.home, "/ids/", options.as);
  if (!std::filesystem::is_directory(folder)) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no identity folder ", folder,
                                  ": name one that is in ids/ of the home, or give its path."),
                     {.reason = "IDENTITY_NOT_FOUND"});
  }
  COMITY_ASSIGN_OR_RETURN(client::Endpoints endpoints,
                          client::Endpoints::Load(absl::StrCat(options.home, "/client.toml")));
  std::string delegation;
  if (!options.delegation.empty()) {
    COMITY_ASSIGN_OR_RETURN(delegation, storage::ReadFile(options.delegation));
    absl::StripAsciiWhitespace(&delegation);
  }
  if (!options.quiet) {
    for (const std::string& warning : client::ExpiryWarnings(folder, absl::Now())) {
      std::cerr << "comity: " << warning << "\n";
    }
  }
  session_ = std::make_unique<client::Session>(folder, std::move(endpoints), std::move(delegation));
  return session_.get();
}

void App::Show(const google::protobuf::Message& message, const std::function<void()>& text) const {
  if (!options.json) return text();
  std::cout << JsonText(message);
}

void App::Show(const json::Json& value, const std::function<void()>& text) const {
  if (!options.json) return text();
  std::cout << value.dump(1) << "\n";
}

Command AddCommand(Command parent, App& app, const std::string& name,
                   const std::string& description, const std::string& examples,
                   std::function<absl::Status()> body) {
  return parent.AddCommand(name, description, absl::StrCat(kExamples, examples),
                           [&app, body = std::move(body)] { app.run = body; });
}

std::string CompleteHelp(CLI::App& command) {
  std::string examples(absl::StripPrefix(command.get_footer(), kExamples));
  for (CLI::App* const sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    absl::StrAppend(&examples, examples.empty() ? "" : "\n", CompleteHelp(*sub));
  }
  command.footer(
      absl::StrCat(kExamples, examples,
                   "\n\nEvery command also takes --as, --delegation, --home, --output, --quiet and "
                   "--timeout: see comity --help."));
  return examples;
}

}  // namespace comity::cli
