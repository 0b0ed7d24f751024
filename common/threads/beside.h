#pragma once

#include <system_error>
#include <thread>

namespace comity {

// Does `work` on a thread of its own, or here if none is to be had: a process at its limit of
// threads goes on, only slower. Who drops what is returned waits for the work.
template <typename Work>
std::jthread Beside(const Work& work) {
  try {
    return std::jthread(work);
  } catch (const std::system_error&) {
    work();
    return {};
  }
}

}  // namespace comity
