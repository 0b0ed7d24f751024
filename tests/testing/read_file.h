#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace comity::testing {

// All bytes of a file; none if there is none.
inline std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace comity::testing
