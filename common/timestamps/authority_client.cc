#include "common/timestamps/authority_client.h"

#include <curl/curl.h>

#include <cstddef>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/timestamps/timestamp.h"

namespace comity::timestamps {
namespace {

constexpr char kReplyType[] = "application/timestamp-reply";

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// libcurl's; less than `size * count` ends the transfer.
std::size_t Receive(const char* data, std::size_t size, std::size_t count, void* to) {
  auto* const reply = static_cast<std::string*>(to);
  if (reply->size() + size * count > kMaxReplySize) return 0;
  reply->append(data, size * count);
  return size * count;
}

absl::Status Away(absl::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("The time-stamping authority gave no timestamp: ", why,
                                "; it is asked again. Check [timestamps] authority."),
                   {.reason = "TIMESTAMP_AUTHORITY_AWAY"});
}

}  // namespace

bool IsAuthorityUrl(absl::string_view url) {
  return absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://");
}

absl::StatusOr<std::string> AskAuthority(const std::string& url, const std::string& request,
                                         absl::Duration timeout) {
  // Once, and before others: libcurl asks for it.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return Away(curl_easy_strerror(initialised));
  const std::unique_ptr<CURL, EasyCleanup> handle(curl_easy_init());
  const std::unique_ptr<curl_slist, ListCleanup> headers(
      curl_slist_append(nullptr, "Content-Type: application/timestamp-query"));
  if (handle == nullptr || headers == nullptr) return Away("libcurl has no memory");
  CURL* const curl = handle.get();
  std::string reply;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // Threads.
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(timeout));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);

  const CURLcode done = curl_easy_perform(curl);
  if (done == CURLE_WRITE_ERROR) return Away("its answer is longer than a timestamp");
  if (done != CURLE_OK) return Away(curl_easy_strerror(done));
  long code = 0;  // NOLINT(google-runtime-int): libcurl's type.
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  if (code != 200) return Away(absl::StrCat("it answered with HTTP status ", code));
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  if (type == nullptr || !absl::StartsWith(type, kReplyType)) {
    return Away(absl::StrCat("its answer is not of the type ", kReplyType));
  }
  return reply;
}

}  // namespace comity::timestamps
