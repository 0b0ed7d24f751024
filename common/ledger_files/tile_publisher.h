#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/ledger/tile.h"

namespace comity::ledger_files {

// Writes the tiles of a growing log as static files (C2SP tlog-tiles) under a folder: any web
// server or file copy serves them, and whoever has them needs nobody's proofs. Thread-compatible.
class TilePublisher {
 public:
  // `size`: of the checkpoint that is published in the folder already; 0: there is none.
  TilePublisher(std::string folder, std::int64_t size)
      : folder_(std::move(folder)), published_(size) {}

  // Makes every tile of the tree of `size` leaves durable in the folder: only what is new since the
  // last call, or everything if the folder does not have the tiles of its checkpoint. `tiles` must
  // hold that tree or a later one. Drops partial tiles once their complete one is there. To be
  // called before the checkpoint is published. Errors of `tiles` and of files; call again.
  absl::Status Publish(const ledger::TileReader& tiles, std::int64_t size);

 private:
  absl::Status Write(const ledger::TileReader& tiles, ledger::TileId id, int width) const;
  // Whether the last tile of every level of the tree of `size` leaves is there.
  bool HasEdge(std::int64_t size) const;

  const std::string folder_;
  std::int64_t published_;
  bool checked_ = false;
};

}  // namespace comity::ledger_files
