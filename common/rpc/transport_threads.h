#pragma once

namespace comity::rpc {

// By how much gRPC's threads are nicer than the others: work in progress gets the processor about
// three times as often.
inline constexpr int kNicer = 5;

// Lets gRPC's threads, which take calls on and refuse them, stand back behind the threads of this
// process that finish what was taken on: a service that is asked for more than it can do otherwise
// spends its time on saying so. Called once they run; what reads only is done on gRPC's
// threads and loses nothing. Where it cannot be done, nothing happens.
void LowerTransportThreads();

}  // namespace comity::rpc
