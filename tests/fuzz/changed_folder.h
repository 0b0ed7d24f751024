#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace comity::fuzz {

// A folder that is as it should be, of whose files each input changes one. An input is which file
// (one byte, by the order of names), where in it something else is written (two bytes, big-endian),
// and what. Beyond its end: the file is what follows. An input of one byte: the file is not there.
class ChangedFolder {
 public:
  struct Change {
    std::string file;      // Its path in the folder.
    bool missing = false;  // Removed, and not only changed.
    bool none = false;     // What was written is what was there.
  };

  explicit ChangedFolder(std::string folder) : folder_(std::move(folder)) {
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files_.push_back(
          {.path = entry.path().lexically_relative(folder_).string(),
           .content = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}});
    }
    std::sort(files_.begin(), files_.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
  }

  const std::string& path() const { return folder_; }

  // Calls `check` with the Change that the input makes, then puts the file back.
  template <typename Check>
  void With(const std::uint8_t* data, std::size_t size, Check check) const {
    if (size == 0) return;
    const File& file = files_[data[0] % files_.size()];
    Change change{.file = file.path, .missing = size == 1};
    if (change.missing) {
      std::filesystem::remove(folder_ + "/" + file.path);
    } else {
      const std::string content = Changed(file.content, data, size);
      change.none = content == file.content;
      Write(file.path, content);
    }
    check(std::as_const(change));
    Write(file.path, file.content);
  }

 private:
  struct File {
    std::string path;
    std::string content;
  };

  static std::string Changed(const std::string& content, const std::uint8_t* data,
                             std::size_t size) {
    if (size < 3) return content;
    const std::string other(reinterpret_cast<const char*>(data) + 3, size - 3);
    const auto at = static_cast<std::size_t>(data[1] << 8 | data[2]);
    if (at >= content.size()) return other;
    std::string changed = content;
    changed.replace(at, other.size(), other);
    return changed;
  }

  void Write(const std::string& path, const std::string& content) const {
    std::ofstream(folder_ + "/" + path, std::ios::binary) << content;
  }

  const std::string folder_;
  std::vector<File> files_;
};

}  // namespace comity::fuzz
