#pragma once

#include <cstddef>
#include <string>

namespace comity::crypto {

// `size` bytes from the operating system's generator, by way of OpenSSL; ends the process if there
// are none, since nothing could be sealed or salted.
std::string RandomBytes(std::size_t size);

}  // namespace comity::crypto
