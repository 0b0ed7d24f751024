#pragma once

#include <sys/types.h>

namespace comity::rpc {

// By how much gRPC's threads are nicer than the others: work in progress gets the processor about
// three times as often.
inline constexpr int kNicer = 5;

// The same of threads of bulk work: four of them, which one caller may keep busy, take less than a
// fifth of a core from two of gRPC's.
inline constexpr int kBulkNicer = 15;

// Makes a thread of this process (0: this one) nicer than the calling one is. The kernel grants
// that to everybody; where something forbids it, work is done in another order and nothing else
// happens.
void MakeNicer(id_t thread, int by);

// Lets gRPC's threads, which take calls on and refuse them, stand back behind the threads of this
// process that finish what was taken on: a service that is asked for more than it can do otherwise
// spends its time on saying so. Called once they run; what reads only is done on gRPC's
// threads and loses nothing.
void LowerTransportThreads();

}  // namespace comity::rpc
