#pragma once

#include <list>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"
#include "common/journal/journal.h"
#include "common/rpc/streams.h"
#include "services/document-exchange/domain/exchange.h"

namespace comity::document_exchange {

// Streams inboxes: what waits, then what happens, each stream from its own place in the journal's
// feed. A stream holds no thread: commits wake it, and a slow reader is picked up where it stands.
// Thread-safe.
class Inbox {
 public:
  using Flow = rpc::Outflow<v1::WatchInboxResponse>;

  // Not owned; both must outlive this object, as it must every stream.
  Inbox(journal::Journal* journal, RowsSource* rows, const Exchange* exchange);

  // OUT_OF_RANGE `RESYNC`: `request.after` is of another store, or of the future; start without.
  absl::Status Start(const v1::WatchInboxRequest& request, const std::shared_ptr<Flow>& flow);

 private:
  struct Cursor;

  absl::Status Pump(Cursor& cursor, Flow& flow);
  absl::Status SendWaiting(Cursor& cursor, Flow& flow);
  absl::Status SendFeed(Cursor& cursor, Flow& flow);
  // False: there was no room.
  absl::StatusOr<bool> Send(const identity::Principal& caller, const Document& document,
                            Flow& flow);
  void WakeAll();

  journal::Journal* const journal_;
  RowsSource* const rows_;
  const Exchange* const exchange_;
  absl::Mutex mutex_;
  std::list<std::weak_ptr<Flow>> flows_ ABSL_GUARDED_BY(mutex_);
  // Last, so that no callback comes while the rest is being destroyed.
  std::shared_ptr<void> subscription_;
};

}  // namespace comity::document_exchange
