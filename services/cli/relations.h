#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "common/client/session.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/time/day.h"
#include "services/cli/app.h"
#include "services/cli/json_text.h"
#include "services/cli/question.h"

// What the commands around RelationService share.
namespace comity::cli {

using RelationStub = partner_registry::v1::RelationService::Stub;

template <typename Request, typename Response>
using RelationMethod = grpc::Status (RelationStub::*)(grpc::ClientContext*, const Request&,
                                                      Response*);

// Calls `method` and shows its answer.
template <typename Request, typename Response, typename Print>
absl::Status AskRelations(App& app, RelationMethod<Request, Response> method, Request request,
                          Print print) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Relations());
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  COMITY_ASSIGN_OR_RETURN(const Response response,
                          client::Invoke(stub.get(), method, std::move(request), app.patience()));
  app.Show(response, [&] { print(response); });
  return absl::OkStatus();
}

// The same for all pages of a list.
template <typename Request, typename Response, typename Print>
absl::Status ListRelations(App& app, RelationMethod<Request, Response> method, Request request,
                           Print print) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Relations());
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  request.set_page_size(500);
  Response all;
  do {
    COMITY_ASSIGN_OR_RETURN(const Response page,
                            client::Invoke(stub.get(), method, request, app.patience()));
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  app.Show(all, [&] { print(all); });
  return absl::OkStatus();
}

// "georgia/c1" -> "partners/georgia/consultations/c1"; a whole name stays.
inline absl::StatusOr<std::string> NameBelowPartner(absl::string_view collection,
                                                    const std::string& text) {
  if (absl::StartsWith(text, "partners/")) return text;
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  if (parts.first.empty() || parts.second.empty()) {
    return InvalidField("NAME_INVALID", "--name", "must have the form PARTNER/ID");
  }
  return absl::StrCat("partners/", parts.first, "/", collection, "/", parts.second);
}

// Reads a message from a file in the JSON that `--output json` prints.
inline absl::Status ReadMessage(const std::string& file, google::protobuf::Message& message) {
  COMITY_ASSIGN_OR_RETURN(const std::string text, storage::ReadFile(file));
  return ParseJsonText(text, message);
}

// `day`, or today in Europe/Brussels if it is empty.
inline std::string DayOrToday(const std::string& day) {
  return day.empty() ? FormatDay(DayInBrussels(absl::Now())) : day;
}

}  // namespace comity::cli
