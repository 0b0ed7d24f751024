#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"

namespace comity::rpc {

// What a body that runs on the bulk executor writes to. One thread at a time.
template <typename Response>
class Writer {
 public:
  virtual ~Writer() = default;

  // Hands over one message; waits while four are on their way, so that memory stays constant
  // whatever the size of the whole. CANCELLED or DEADLINE_EXCEEDED if the caller has gone,
  // DEADLINE_EXCEEDED `STREAM_STALLED` if he lets it wait for too long, or the error with which the
  // gate ended the call: return it.
  virtual absl::Status Push(Response response) = 0;
};

// What a body that runs on the bulk executor reads from. One thread at a time.
template <typename Request>
class Reader {
 public:
  virtual ~Reader() = default;

  // Waits for the next message. True: `request` is it. False: the caller has sent everything.
  // CANCELLED, DEADLINE_EXCEEDED `STREAM_STALLED` (the caller lets it wait for too long) or the
  // error that ended the call otherwise. One message is read ahead.
  virtual absl::StatusOr<bool> Read(Request* request) = 0;
};

template <typename Request, typename Response>
class Exchange : public Reader<Request>, public Writer<Response> {};

// A stream that stays: holds no thread while nothing happens. All methods from any thread.
//
// The owner sets a pump, once, in the handler's start function. The pump runs on an executor
// thread, never twice at the same time: right after start, after every Wake(), and when the reader
// on the other side has caught up. It pushes what there is while HasRoom(), and returns; what it
// leaves behind it fetches again next time, so a slow reader costs no memory. A pump that returns
// an error ends the stream with it.
template <typename Response>
class Outflow {
 public:
  using Pump = std::function<absl::Status(Outflow&)>;

  virtual ~Outflow() = default;

  virtual const Call& call() const = 0;
  virtual void SetPump(Pump pump) = 0;

  // There may be something new.
  virtual void Wake() = 0;

  // Whether TryPush takes a message now. Also false once the stream has ended.
  virtual bool HasRoom() const = 0;

  // False, and the message is dropped, if there was no room.
  virtual bool TryPush(Response response) = 0;

  // Sends what was pushed, then ends the stream. Later calls do nothing.
  virtual void Finish(absl::Status status) = 0;

  // Called once, on an executor thread, when the stream is over for whatever reason: the place to
  // unsubscribe. If it is over already, at once.
  virtual void OnEnd(std::function<void()> then) = 0;
};

// A stream that stays, both ways.
template <typename Request, typename Response>
class Session : public Outflow<Response> {
 public:
  // Called on an executor thread for one message after the other; the next is read when it has
  // returned. An error ends the stream with it. Set it in the start function. When the caller has
  // sent everything the stream ends with OK.
  virtual void OnMessage(std::function<absl::Status(Request)> then) = 0;
};

}  // namespace comity::rpc
