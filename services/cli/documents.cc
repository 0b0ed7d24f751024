// comity inbox, comity documents: what waits, what was exchanged, and what may be done with it.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/sealing/manifest.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/question.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = document_exchange::v1;

namespace {

using Exchange = v1::DocumentExchangeService::Stub;

struct Arguments {
  std::string document, controller, reason, reason_code = "NOT_FOR_ME", thread;
  std::vector<std::string> restrictions;
  bool watch = false, sent = false, no_passing_on = false;
  int count = 0;
};

// One document as a line for lists and a block for a watch: restrictions come before anything else
// that could tempt to open it.
void PrintDocument(const v1::Document& document) {
  std::cout << document.name() << "  " << TimeText(document.submit_time()) << "\n"
            << "  from " << document.sender() << "\n";
  if (const auto manifest = sealing::ParseManifest(document.manifest()); manifest.ok()) {
    std::cout << "  " << manifest->thread.kind << ", " << manifest->data_kind << ", "
              << manifest->classification << ", " << manifest->content.length << " bytes sealed";
    if (!manifest->purpose.case_reference.empty()) {
      std::cout << ", case " << text::Shown(manifest->purpose.case_reference);
    }
    std::cout << "\n";
    std::vector<std::string> origins;
    for (const sealing::Originator& origin : manifest->originators) {
      origins.push_back(origin.partner.empty() ? origin.kind : origin.partner);
    }
    if (!origins.empty()) std::cout << "  originators: " << absl::StrJoin(origins, ", ") << "\n";
  }
  if (!document.thread().empty()) std::cout << "  thread " << document.thread() << "\n";
  for (const auto& restriction : document.restrictions()) {
    std::cout << "  RESTRICTED: " << RestrictionText(restriction) << "\n";
  }
  for (const auto& recipient : document.recipients()) {
    std::cout << "  " << v1::Document::State_Name(recipient.state()).substr(6) << "  "
              << recipient.spiffe_id();
    if (!recipient.reason().empty()) {
      std::cout << ": " << Wrap(text::Shown(recipient.reason()), 100, 4);
    }
    std::cout << "\n";
  }
  if (!document.controller().empty()) std::cout << "  controller " << document.controller() << "\n";
  if (document.has_erase_time()) {
    std::cout << "  erased " << TimeText(document.erase_time()) << "\n";
  } else if (document.has_expire_time()) {
    std::cout << "  kept until " << TimeText(document.expire_time()) << "\n";
  }
}

absl::Status List(App& app, const Arguments& arguments, v1::ListDocumentsRequest::Box box) {
  v1::ListDocumentsRequest request;
  request.set_box(box);
  request.set_thread(arguments.thread);
  return ListAndShow(app, &Exchange::ListDocuments, request,
                     [](const v1::ListDocumentsResponse& all) {
                       if (all.documents_size() == 0) std::cout << "There is none.\n";
                       for (const v1::Document& document : all.documents()) PrintDocument(document);
                     });
}

// Prints what waits and what arrives; resumes where it was after an interruption.
absl::Status Watch(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const auto exchange, Service<Exchange>(app));
  v1::WatchInboxRequest request;
  int seen = 0;
  while (true) {
    grpc::ClientContext context;
    const auto reader = exchange->WatchInbox(&context, request);
    v1::WatchInboxResponse response;
    while (reader->Read(&response)) {
      if (response.has_bookmark()) request.mutable_after()->Swap(response.mutable_bookmark());
      if (!response.has_document()) continue;
      app.Show(response.document(), [&] { PrintDocument(response.document()); });
      std::cout.flush();
      if (++seen == arguments.count) {
        context.TryCancel();
        return absl::OkStatus();
      }
    }
    absl::Status status = rpc::ToAbslStatus(reader->Finish());
    // ABORTED: what it prints to had not taken anything for long.
    if (!status.ok() && !absl::IsUnavailable(status) && !absl::IsAborted(status)) return status;
    absl::SleepFor(absl::Seconds(1));
  }
}

template <typename Request>
absl::StatusOr<v1::Document> Call(App& app,
                                  grpc::Status (Exchange::*method)(grpc::ClientContext*,
                                                                   const Request&, v1::Document*),
                                  Request request) {
  COMITY_ASSIGN_OR_RETURN(const auto exchange, Service<Exchange>(app));
  return client::Invoke(exchange.get(), method, std::move(request), app.patience());
}

template <typename Request>
absl::Status Act(App& app,
                 grpc::Status (Exchange::*method)(grpc::ClientContext*, const Request&,
                                                  v1::Document*),
                 Request request) {
  COMITY_ASSIGN_OR_RETURN(const v1::Document document, Call(app, method, std::move(request)));
  app.Show(document, [&] { PrintDocument(document); });
  return absl::OkStatus();
}

absl::Status Restrict(App& app, const Arguments& arguments) {
  std::vector<std::string> restrictions = arguments.restrictions;
  if (arguments.no_passing_on) restrictions.push_back("no-passing-on");
  if (restrictions.empty()) {
    return InvalidField("RESTRICTION_MISSING", "--use",
                        "must say at least once what is restricted, such as --use not-as-evidence");
  }
  v1::Document document;
  for (const std::string& text : restrictions) {
    v1::AddRestrictionRequest request;
    request.set_name(DocumentName(arguments.document));
    COMITY_ASSIGN_OR_RETURN(*request.mutable_restriction(), ParseRestriction(text));
    COMITY_ASSIGN_OR_RETURN(document, Call(app, &Exchange::AddRestriction, request));
  }
  app.Show(document, [&] { PrintDocument(document); });
  return absl::OkStatus();
}

absl::Status Reject(App& app, const Arguments& arguments) {
  v1::RejectDocumentRequest request;
  request.set_name(DocumentName(arguments.document));
  request.set_reason_code(arguments.reason_code);
  request.set_reason(arguments.reason);
  COMITY_ASSIGN_OR_RETURN(const auto exchange, Service<Exchange>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::Statement statement,
      client::Invoke(exchange.get(), &Exchange::RejectDocument, request, app.patience()));
  app.Show(statement, [&] {
    std::cout << v1::StatementKind_Name(statement.kind()).substr(15) << " recorded, leaf "
              << statement.leaf_index() << ".\n";
  });
  return absl::OkStatus();
}

template <typename Request>
absl::Status SetHold(App& app, const Arguments& arguments,
                     grpc::Status (Exchange::*method)(grpc::ClientContext*, const Request&,
                                                      v1::Hold*)) {
  Request request;
  request.set_name(DocumentName(arguments.document));
  request.set_reason(arguments.reason);
  COMITY_ASSIGN_OR_RETURN(const auto exchange, Service<Exchange>(app));
  COMITY_ASSIGN_OR_RETURN(const v1::Hold hold,
                          client::Invoke(exchange.get(), method, request, app.patience()));
  app.Show(hold, [&] {
    std::cout << hold.document() << (hold.in_force() ? " is held" : " is not held");
    if (hold.has_erase_time()) {
      std::cout << "; its payloads were erased " << TimeText(hold.erase_time());
    }
    std::cout << ".\n";
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterDocuments(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command inbox = AddCommand(
      root, app, "inbox", "What waits for you, with its restrictions",
      "  comity --as tbilisi-1 inbox\n  comity --as tbilisi-1 inbox --watch", [&app, arguments] {
        return arguments->watch ? Watch(app, *arguments)
                                : List(app, *arguments, v1::ListDocumentsRequest::BOX_INBOX);
      });
  inbox.AddFlag("--watch", arguments->watch, "Stay, and show what arrives");
  inbox.AddOption("--count", arguments->count, "With --watch: end after so many; 0 is never")
      .Between(0, 1000000);

  const Command documents = root.AddGroup("documents", "Documents that were exchanged");

  const Command list =
      AddCommand(documents, app, "list", "List documents, newest first",
                 "  comity --as desk-1 documents list --sent", [&app, arguments] {
                   return List(app, *arguments,
                               arguments->sent ? v1::ListDocumentsRequest::BOX_SENT
                                               : v1::ListDocumentsRequest::BOX_UNSPECIFIED);
                 });
  list.AddFlag("--sent", arguments->sent, "Only those you sent");
  list.AddOption("--thread", arguments->thread, "Only of this thread").TypeName("ID");

  const auto named = [&](const char* name, const char* description, const char* example,
                         auto body) {
    const Command command = AddCommand(documents, app, name, description, example, body);
    command.AddOption("document", arguments->document, "Its name").Required();
    return command;
  };
  named("show", "Show a document", "  comity --as desk-1 documents show documents/...",
        [&app, arguments] {
          v1::GetDocumentRequest request;
          request.set_name(DocumentName(arguments->document));
          return Act(app, &Exchange::GetDocument, request);
        });
  named("accept", "Release an inbound document from quarantine, naming the controller",
        "  comity --as desk-1 documents accept documents/... \\\n"
        "      --controller spiffe://agency.example/agency/national-member/fr/fr-1",
        [&app, arguments] {
          v1::ReleaseFromQuarantineRequest request;
          request.set_name(DocumentName(arguments->document));
          request.set_controller(arguments->controller);
          return Act(app, &Exchange::ReleaseFromQuarantine, request);
        })
      .AddOption("--controller", arguments->controller, "The SPIFFE id of who is the controller")
      .Required();
  const Command restrict =
      named("restrict", "Add a restriction to a document you originated",
            "  comity --as tbilisi-1 documents restrict documents/... --no-passing-on",
            [&app, arguments] { return Restrict(app, *arguments); });
  restrict
      .AddOption("--use", arguments->restrictions, "A restriction, as in send --restrict; repeat")
      .TypeName("USE");
  restrict.AddFlag("--no-passing-on", arguments->no_passing_on, "No passing on without consent");
  const Command reject =
      named("reject", "Refuse a document, or report that it is not what was signed",
            "  comity --as tbilisi-1 documents reject documents/... --code NOT_FOR_ME",
            [&app, arguments] { return Reject(app, *arguments); });
  reject.AddOption("--code", arguments->reason_code, "Why, as a word")
      .OneOf({"NOT_FOR_ME", "UNREADABLE", "PLAINTEXT_MISMATCH"})
      .ShowDefault();
  reject.AddOption("--reason", arguments->reason, "Why, in words");
  named("hold", "Keep a document, and the ledger's entries about it, past their terms",
        "  comity --as dpo-1 documents hold documents/... --reason \"Complaint 2026/17\"",
        [&app, arguments] { return SetHold(app, *arguments, &Exchange::PlaceHold); })
      .AddOption("--reason", arguments->reason, "Why, in words")
      .Required();
  named("release-hold", "Lift a hold: what is past its term is erased soon after",
        "  comity --as dpo-1 documents release-hold documents/... --reason \"Closed\"",
        [&app, arguments] { return SetHold(app, *arguments, &Exchange::LiftHold); })
      .AddOption("--reason", arguments->reason, "Why, in words")
      .Required();
}

}  // namespace comity::cli
