// comity send, comity receive: a file, sealed and signed, there and back.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/client/receive_document.h"
#include "common/client/send_document.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/option_names.h"
#include "services/cli/progress.h"
#include "services/cli/question.h"
#include "services/cli/question_fields.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = document_exchange::v1;

namespace {

struct Arguments {
  client::SendOptions send;
  client::ReceiveOptions receive;
  QuestionOptions question;
  std::vector<std::string> to, derived_from;
  std::string reply_to, document;
};

// From which option the fields of what is sent were made, besides those of the question.
constexpr FieldOption kSendOptions[] = {
    {"context.derived_from", "--derived-from"},
    {"description.title", "--title"},
    {"description.file_name", "--file-name"},
    {"description.media_type", "--media-type"},
    {"description.case_reference", "--case"},
    {"description.note", "--note"},
    {"manifest.classification", "--classification"},
    {"manifest.originators[].restrictions", "--restrict"},
    {"manifest.originators", "--origin"},
    {"manifest.use_restrictions", "--restrict"},
    {"manifest.retention.delete_after_days", "--delete-after"},
    {"manifest.thread.kind", "--thread-kind"},
    {"manifest.derived_from", "--derived-from"},
};

// The question is asked first and signed later.
absl::Status InSendOptions(const absl::Status& status) {
  return InQuestionOptions(InQuestionOptions(InOptions(status, kSendOptions), "context.question"),
                           "manifest");
}

const char* StageName(client::Stage stage) {
  switch (stage) {
    case client::Stage::kSealing:
      return "sealing";
    case client::Stage::kUploading:
      return "uploading";
    case client::Stage::kDownloading:
      return "downloading";
    case client::Stage::kOpening:
      return "opening";
  }
  return "";
}

// A bar for each stage as it comes.
client::ProgressObserver Bars(bool quiet) {
  struct State {
    client::Stage stage{};
    std::unique_ptr<Progress> bar;
  };
  return [state = std::make_shared<State>(), quiet](client::Stage stage, std::int64_t done,
                                                    std::int64_t total) {
    if (state->bar == nullptr || state->stage != stage) {
      state->bar = std::make_unique<Progress>(StageName(stage), "bytes", quiet);
      state->stage = stage;
    }
    state->bar->Update(done, total);
  };
}

absl::Status Send(App& app, Arguments& arguments) {
  client::SendOptions options = arguments.send;
  for (const std::string& recipient : arguments.to) {
    if (absl::StartsWith(recipient, "spiffe://")) {
      options.recipients.push_back(recipient);
    } else {
      COMITY_ASSIGN_OR_RETURN(std::string authority, AuthorityName(recipient));
      options.authorities.push_back(std::move(authority));
    }
  }
  COMITY_ASSIGN_OR_RETURN(options.question, arguments.question.Question(app));
  for (const std::string& text : arguments.question.restrictions) {
    COMITY_ASSIGN_OR_RETURN(partner_registry::v1::Restriction restriction, ParseRestriction(text));
    options.use_restrictions.push_back(std::move(restriction));
  }
  for (const std::string& document : arguments.derived_from) {
    options.derived_from.push_back(DocumentName(document));
  }
  if (!arguments.reply_to.empty()) {
    options.in_reply_to = DocumentName(arguments.reply_to);
    options.thread_kind = "REPLY";
  }
  options.case_reference = arguments.question.case_reference;
  options.progress = Bars(app.options.quiet);
  options.warn = [](const std::string& sentence) { std::cerr << "comity: " << sentence << "\n"; };

  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const client::SentDocument sent, client::SendDocument(*session, options));
  app.Show(sent.document, [&] {
    for (const auto& verdict : sent.verdicts) PrintVerdict(std::cout, verdict);
    if (options.validate_only) {
      std::cout << "Nothing was sealed or sent.\n";
      return;
    }
    std::cout << "Accepted as " << sent.document.name() << ", revision "
              << sent.document.revision().number() << ", sealed for " << sent.recipients.size()
              << ".\n";
  });
  return absl::OkStatus();
}

absl::Status Receive(App& app, const Arguments& arguments) {
  client::ReceiveOptions options = arguments.receive;
  options.document = DocumentName(arguments.document);
  options.progress = Bars(app.options.quiet);
  options.before_opening = [&](const v1::ReleaseHeadersResponse& release) {
    for (const auto& restriction : release.restrictions()) {
      std::cerr << "RESTRICTED: " << RestrictionText(restriction) << "\n";
    }
    return absl::OkStatus();
  };
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const client::ReceivedDocument received,
                          client::ReceiveDocument(*session, options));
  app.Show(received.document, [&] {
    std::cout << "\"" << text::Shown(received.description.title) << "\" from "
              << received.manifest.sender << " is in " << received.file << ".\n"
              << "Signature, sealed bytes and both digests agree.\n";
    if (options.confirm) {
      std::cout << "Retrieval confirmed, leaf " << received.retrieval.leaf_index() << ".\n";
    }
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterExchange(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  client::SendOptions& options = arguments->send;

  const Command send = AddCommand(
      root, app, "send", "Seal, sign and send a file; interrupted, the same command goes on",
      "  comity --as desk-1 send evidence.bin --to georgia/prosecution-service \\\n"
      "      --title \"Bank records\" --origin france --case CASE-7 --subject suspect \\\n"
      "      --annex-ii within --geometry two-or-more --task \"coordination of investigations\" "
      "\\\n"
      "      --offence \"organised crime\" --stage investigation --necessity \"parallel cases\"\n"
      "  comity --as desk-1 send reply.txt --to georgia/prosecution-service --title Reply \\\n"
      "      --reply-to documents/... --kind non-personal",
      [&app, arguments] { return InSendOptions(Send(app, *arguments)); });
  send.AddOption("file", options.file, "The file").Required();
  send.AddOption("--to", arguments->to, "An authority, or a SPIFFE id; repeat")
      .Required()
      .TypeName("RECIPIENT");
  send.AddOption("--title", options.title, "What it is; sealed with the file").Required();
  send.AddOption("--file-name", options.file_name, "The name the recipient is told");
  send.AddOption("--media-type", options.media_type, "Its media type").ShowDefault();
  send.AddOption("--note", options.note, "A note; sealed with the file");
  send.AddOption("--reply-to", arguments->reply_to, "The document it answers; its thread goes on")
      .TypeName("DOCUMENT");
  const auto read_kind = [&options](const std::string& word) {
    options.thread_kind = absl::AsciiStrToUpper(word);
    return std::string();
  };
  send.AddOption("--thread-kind", read_kind,
                 "letter (default), request, supplement, execution, reply")
      .OneOf({"letter", "request", "supplement", "execution", "reply"});
  send.AddOption("--derived-from", arguments->derived_from,
                 "A document whose data are passed on; repeat")
      .TypeName("DOCUMENT");
  send.AddOption("--classification", options.classification, "How it is classified")
      .OneOf({"UNCLASSIFIED", "SENSITIVE_NON_CLASSIFIED"})
      .ShowDefault();
  send.AddOption("--delete-after", options.delete_after_days,
                 "Days the exchange keeps its copy; signed with the document")
      .Between(1, 36525)
      .ShowDefault();
  send.AddFlag("--validate-only", options.validate_only, "Ask whether it would be permitted");
  send.AddFlag("--accept-key-gap", options.accept_key_gap,
               "A recipient's key changed with a gap, and you asked its owner by another way");
  arguments->question.Register(send);

  const Command receive = AddCommand(
      root, app, "receive", "Verify, open and save a document, and confirm its retrieval",
      "  comity --as tbilisi-1 receive documents/... --to file.pdf --purpose \"execution\"",
      [&app, arguments] { return Receive(app, *arguments); });
  receive.AddOption("document", arguments->document, "Its name, as the inbox shows it").Required();
  receive.AddOption("--to", arguments->receive.to, "The file to write; never overwritten")
      .Required()
      .TypeName("FILE");
  receive.AddOption("--purpose", arguments->receive.purpose, "Why you open it; recorded")
      .Required();
  receive
      .AddOption("--keep-sealed", arguments->receive.keep_sealed,
                 "Keep what age and openssl can open and verify, in this folder")
      .TypeName("FOLDER");
  receive.AddFlag("!--no-confirm", arguments->receive.confirm, "Do not confirm the retrieval");
}

}  // namespace comity::cli
