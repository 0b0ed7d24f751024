#include "services/cli/app.h"

#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::cli {

absl::StatusOr<client::Session*> App::session() {
  if (session_ != nullptr) return session_.get();
  if (options.as.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "Nobody is named to call as: give --as NAME (a folder in ids/ of the home) or "
                     "set COMITY_AS.",
                     {.reason = "IDENTITY_NOT_NAMED"});
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
  session_ = std::make_unique<client::Session>(folder, std::move(endpoints));
  return session_.get();
}

void App::Show(const google::protobuf::Message& message, const std::function<void()>& text) const {
  if (!options.json) return text();
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  std::string json;
  // Our own messages have nothing that cannot be written.
  if (google::protobuf::util::MessageToJsonString(message, &json, print).ok()) std::cout << json;
}

CLI::App* AddCommand(CLI::App& parent, App& app, const std::string& name,
                     const std::string& description, const std::string& examples,
                     std::function<absl::Status()> body) {
  CLI::App* const command = parent.add_subcommand(name, description);
  if (!examples.empty()) command->footer(absl::StrCat("Examples:\n", examples));
  command->callback([&app, body = std::move(body)] { app.run = body; });
  return command;
}

}  // namespace comity::cli
