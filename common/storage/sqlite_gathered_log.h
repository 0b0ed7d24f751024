#pragma once

#include <sqlite3.h>

namespace comity::storage {

// The name of a SQLite VFS that writes a write-ahead log in large pieces. SQLite hands over each
// frame of it as a header and a page, in two writes, and a system call costs more than the copy it
// makes: a commit of twenty pages is one write here. All other files, and everything else, are
// those of SQLite's own VFS.
//
// A frame is written before anybody is told of it, since a sync comes first, and none is left that
// nobody will be told of. Both hold on connections that were prepared (PrepareForGatheredLog): they
// sync every commit, and hand over no frame before it.
const char* GatheredLogVfs();

// To be called once on each connection that was opened with this VFS, before it is used.
// SQLITE_OK, or an error of SQLite.
int PrepareForGatheredLog(sqlite3* db);

}  // namespace comity::storage
