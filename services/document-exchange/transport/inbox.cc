#include "services/document-exchange/transport/inbox.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/transport/exchange_proto.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kBatch = 100;

// Whether a document is in the caller's inbox: addressed to its side, not merely kept for the
// sender's.
bool InInbox(const identity::Principal& caller, const Document& document) {
  const std::string side = SideOf(caller);
  return std::any_of(document.recipients.begin(), document.recipients.end(),
                     [&](const Recipient& recipient) {
                       if (recipient.own) return false;
                       const absl::StatusOr<identity::Principal> principal =
                           identity::Principal::Parse(recipient.spiffe_id);
                       return principal.ok() && SideOf(*principal) == side;
                     });
}

}  // namespace

// Where one stream stands. Touched by its pump only, which never runs twice at a time.
struct Inbox::Cursor {
  identity::Principal caller;
  bool waiting = true;             // Still sending what waits.
  std::int64_t waiting_after = 0;  // Revision of the last document sent of that.
  std::int64_t feed_after = 0;     // Everything up to here was sent.
  bool owed = true;                // A bookmark: the first, and one after documents were sent.
};

Inbox::Inbox(journal::Journal* journal, RowsSource* rows, const Exchange* exchange)
    : journal_(journal), rows_(rows), exchange_(exchange) {
  subscription_ = journal_->Subscribe([this](const journal::CommitRange&) { WakeAll(); });
}

absl::Status Inbox::Start(const v1::WatchInboxRequest& request, const std::shared_ptr<Flow>& flow) {
  const journal::Head head = journal_->head();
  auto cursor = std::make_shared<Cursor>();
  cursor->caller = flow->call().principal();
  cursor->feed_after = head.revision;
  if (request.has_after()) {
    if (request.after().store_id() != head.store_id || request.after().number() < 0 ||
        request.after().number() > head.revision) {
      return MakeError(absl::StatusCode::kOutOfRange,
                       "The revision to go on from is not one of this store; watch again without "
                       "it, and everything that waits is sent first.",
                       {.reason = "RESYNC"});
    }
    cursor->waiting = false;
    cursor->feed_after = request.after().number();
  }
  {
    absl::MutexLock lock(&mutex_);
    flows_.remove_if([](const std::weak_ptr<Flow>& known) { return known.expired(); });
    flows_.push_back(flow);
  }
  flow->SetPump([this, cursor](Flow& out) { return Pump(*cursor, out); });
  return absl::OkStatus();
}

void Inbox::WakeAll() {
  std::vector<std::shared_ptr<Flow>> open;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::weak_ptr<Flow>& known : flows_) {
      if (std::shared_ptr<Flow> flow = known.lock()) open.push_back(std::move(flow));
    }
  }
  for (const std::shared_ptr<Flow>& flow : open) flow->Wake();
}

absl::Status Inbox::Pump(Cursor& cursor, Flow& flow) {
  if (cursor.waiting) COMITY_RETURN_IF_ERROR(SendWaiting(cursor, flow));
  return cursor.waiting ? absl::OkStatus() : SendFeed(cursor, flow);
}

absl::StatusOr<bool> Inbox::Send(const identity::Principal& caller, const Document& document,
                                 Flow& flow) {
  if (!InInbox(caller, document)) return true;
  if (!flow.HasRoom()) return false;
  COMITY_ASSIGN_OR_RETURN(const DocumentView view, exchange_->ViewFor(caller, document));
  v1::WatchInboxResponse response;
  *response.mutable_document() = ToProto(view, journal_->head().store_id);
  return flow.TryPush(std::move(response));
}

absl::Status Inbox::SendWaiting(Cursor& cursor, Flow& flow) {
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, rows_->Read());
    COMITY_ASSIGN_OR_RETURN(const std::vector<Document> documents,
                            rows->WaitingFor(SideOf(cursor.caller), cursor.waiting_after, kBatch));
    if (documents.empty()) {
      cursor.waiting = false;
      return absl::OkStatus();
    }
    for (const Document& document : documents) {
      COMITY_ASSIGN_OR_RETURN(const bool sent, Send(cursor.caller, document, flow));
      if (!sent) return absl::OkStatus();
      cursor.waiting_after = document.revision;
    }
  }
}

absl::Status Inbox::SendFeed(Cursor& cursor, Flow& flow) {
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<journal::Version> versions,
                            journal_->ReadFeed(cursor.feed_after, kBatch));
    if (versions.empty()) break;
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, rows_->Read());
    std::set<std::string> seen;
    for (const journal::Version& version : versions) {
      if (version.kind == "document" && version.body.has_value() &&
          seen.insert(version.id).second) {
        COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document,
                                rows->FindDocument(version.id));
        if (document.has_value()) {
          COMITY_ASSIGN_OR_RETURN(const bool sent, Send(cursor.caller, *document, flow));
          cursor.owed = cursor.owed || InInbox(cursor.caller, *document);
          // Goes on after the last revision that was sent whole; a part may come twice.
          if (!sent) return absl::OkStatus();
        }
      }
      // A revision is never cut, so the last version completes its own.
      const bool complete =
          &version == &versions.back() || (&version + 1)->revision != version.revision;
      if (complete) cursor.feed_after = version.revision;
    }
  }
  if (!cursor.owed || !flow.HasRoom()) return absl::OkStatus();
  v1::WatchInboxResponse response;
  response.mutable_bookmark()->set_store_id(journal_->head().store_id);
  response.mutable_bookmark()->set_number(cursor.feed_after);
  if (flow.TryPush(std::move(response))) cursor.owed = false;
  return absl::OkStatus();
}

}  // namespace comity::document_exchange
