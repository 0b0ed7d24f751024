#include "common/ids/uuid.h"

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"

namespace comity {
namespace {

// The last moment an id was made for and the 12-bit counter within it.
struct Sequence {
  absl::Mutex mutex;
  std::int64_t millis ABSL_GUARDED_BY(mutex) = 0;
  std::uint32_t counter ABSL_GUARDED_BY(mutex) = 0;
};

}  // namespace

std::string NewUuid(absl::Time now) {
  static Sequence& sequence = *new Sequence;
  std::string bytes = std::string(8, '\0') + crypto::RandomBytes(8);
  std::int64_t millis = absl::ToUnixMillis(now);
  std::uint32_t counter = 0;
  {
    absl::MutexLock lock(&sequence.mutex);
    if (millis > sequence.millis) {
      sequence.millis = millis;
      sequence.counter = 0;
    } else if (++sequence.counter > 0xfff) {
      // The clock went back or 4,096 ids were made in a millisecond: borrow from the next one.
      ++sequence.millis;
      sequence.counter = 0;
    }
    millis = sequence.millis;
    counter = sequence.counter;
  }
  for (int i = 0; i < 6; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(millis >> (40 - 8 * i));
  }
  bytes[6] = static_cast<char>(0x70 | (counter >> 8));
  bytes[7] = static_cast<char>(counter & 0xff);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3f) | 0x80);
  const std::string hex = crypto::Hex(bytes);
  const absl::string_view view = hex;
  return absl::StrCat(view.substr(0, 8), "-", view.substr(8, 4), "-", view.substr(12, 4), "-",
                      view.substr(16, 4), "-", view.substr(20));
}

std::optional<absl::Time> TimeOfUuid(absl::string_view uuid) {
  std::int64_t millis = 0;
  if (!IsUuid(uuid) || uuid[14] != '7' ||
      !absl::SimpleHexAtoi(absl::StrCat(uuid.substr(0, 8), uuid.substr(9, 4)), &millis)) {
    return std::nullopt;
  }
  return absl::FromUnixMillis(millis);
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace comity
