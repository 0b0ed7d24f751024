#pragma once

namespace comity::storage {

// The name of a SQLite VFS that writes a write-ahead log in large pieces. SQLite hands over each
// frame of it as a header and a page, in two writes, and a system call costs more than the copy it
// makes: a commit of twenty pages is one write here. The log is written before anybody can ask for
// it: before a sync, a read, a look at its size. All other files, and everything else, are those of
// SQLite's own VFS.
const char* GatheredLogVfs();

}  // namespace comity::storage
