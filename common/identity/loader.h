#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/principal.h"
#include "common/identity/trust_bundle.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"

namespace comity::identity {

// What one load did with one of its two parts.
struct LoadEvent {
  enum class Part { kIdentity, kBundles };

  Part part = Part::kIdentity;
  absl::Status status;           // OK: taken. Otherwise the last good part stays.
  std::uint64_t generation = 0;  // After the load.
};

// What a process shows and whom it believes, at one moment. Immutable.
struct Identity {
  Principal self;
  absl::Time not_after;         // Of the own TLS chain: for an expiry metric.
  std::string certificate_pem;  // Leaf first, then intermediates.
  std::shared_ptr<const TrustBundles> bundles;
  absl::Duration changed_after;  // Since boot: the look at the files before the one that took this.
};

// Watches the operator's certificate, key and bundles and hands on only what fits together, because
// gRPC keeps no last good file. What was taken is published as `tls.pem`, `tls.key` and `roots.pem`
// (the roots of all domains) in a private folder, all three switched by one rename, for gRPC's file
// watcher; the verifier gets the bundles in the same step. Thread-safe.
//
// Certificate and key are taken together: the key must be the leaf's, and the leaf must verify for
// TLS against the bundles. Bundles are taken by themselves, also when the own certificate has
// expired or was revoked, but not if the own chain would no longer end in them. Whatever is refused
// is reported once per change of the files, and the last good stays.
class Loader {
 public:
  struct Options {
    std::string certificate_file;  // tls.pem: leaf, then intermediates.
    std::string key_file;          // tls.key: PEM, without a passphrase.
    std::string bundles_folder;
    std::string publish_folder;  // Mode 0700, of this process only; best in memory.
    absl::Duration poll_interval = absl::Milliseconds(200);  // Zero: no thread, only Reload().
    ChainVerifier::Options verifier;
  };

  // Called once per part and change of the files, on the thread that loaded, never concurrently. It
  // must not call the loader.
  using Observer = std::function<void(const LoadEvent&)>;

  // Loads once and fails with the first part's error if anything is wrong; then watches. `clock` is
  // not owned and must outlive the loader.
  static absl::StatusOr<std::unique_ptr<Loader>> Start(Options options, const Clock* clock,
                                                       Observer observer);
  // Stops watching. Published files stay, for the listener that still drains.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // Looks at the files now, whether or not they seem changed. OK if both parts are now as on disk;
  // otherwise the first error (the last good stays).
  absl::Status Reload();

  std::shared_ptr<const Identity> Current() const;

  // Follows the bundles by itself. Lives as long as the loader.
  ChainVerifier& verifier() { return verifier_; }
  const ChainVerifier& verifier() const { return verifier_; }

  // The published files, for gRPC. The paths never change.
  std::string published_certificate_file() const;
  std::string published_key_file() const;
  std::string published_roots_file() const;

 private:
  struct Snapshot;
  struct Files;

  // What became of one part at the last look, so that each change is reported once.
  struct Seen {
    std::string digest;
    bool good = false;
  };

  Loader(Options options, const Clock* clock, Observer observer);

  absl::Status Look(bool even_if_unchanged) ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  // Takes what is good of `files`; the statuses say what was not.
  void Take(const Files& files, absl::Duration look_before, absl::Status& identity_status,
            absl::Status& bundles_status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  absl::Status Publish(const Snapshot& snapshot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  void Report(LoadEvent::Part part, const absl::Status& status, const std::string& digest,
              Seen& seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  void Watch();

  const Options options_;
  const Clock* const clock_;
  const Observer observer_;
  ChainVerifier verifier_;

  absl::Mutex load_mutex_;
  std::unique_ptr<const Snapshot> good_ ABSL_GUARDED_BY(load_mutex_);
  std::string last_stamp_ ABSL_GUARDED_BY(load_mutex_);  // Of the files' stat data.
  absl::Status last_status_ ABSL_GUARDED_BY(load_mutex_);
  Seen identity_seen_ ABSL_GUARDED_BY(load_mutex_);
  Seen bundles_seen_ ABSL_GUARDED_BY(load_mutex_);
  absl::Duration last_look_ ABSL_GUARDED_BY(load_mutex_) = absl::InfiniteDuration();
  absl::Time last_publication_ ABSL_GUARDED_BY(load_mutex_) = absl::InfinitePast();

  mutable absl::Mutex mutex_;
  std::shared_ptr<const Identity> current_ ABSL_GUARDED_BY(mutex_);
  SteadyCondVar stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread watcher_;
};

}  // namespace comity::identity
