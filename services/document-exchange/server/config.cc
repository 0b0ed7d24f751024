#include "services/document-exchange/server/config.h"

#include "common/status/macros.h"

namespace comity::document_exchange {

absl::StatusOr<ServerConfig> ReadConfig(const config::Config& config) {
  ServerConfig read;
  COMITY_ASSIGN_OR_RETURN(read.store, service::StoreSettings::Read(config));
  COMITY_ASSIGN_OR_RETURN(read.timestamps, service::TimestampSettings::Read(config));

  const config::Section registry = config.section("registry");
  COMITY_ASSIGN_OR_RETURN(read.registry_address, registry.String("address"));
  COMITY_ASSIGN_OR_RETURN(read.registry_trust_domain, registry.String("trust_domain"));
  COMITY_ASSIGN_OR_RETURN(read.replica_folder, registry.Path("replica_folder"));
  if (registry.Has("seed")) {
    COMITY_ASSIGN_OR_RETURN(read.replica_seed, registry.Path("seed"));
  }

  const config::Section signing = config.section("signing");
  COMITY_ASSIGN_OR_RETURN(read.signing_certificate, signing.Path("certificate"));
  COMITY_ASSIGN_OR_RETURN(read.signing_key, signing.Path("key"));

  constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
  const config::Section payloads = config.section("payloads");
  COMITY_ASSIGN_OR_RETURN(read.payload_directory, payloads.Path("directory"));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t reserve,
                          payloads.Integer("reserve_mib", 64, 0, 1 << 30));
  read.payload_reserve_bytes = reserve * kMebibyte;
  COMITY_ASSIGN_OR_RETURN(
      const std::int64_t largest,
      payloads.Integer("largest_content_mib", 16 * 1024, 1, std::int64_t{1} << 30));
  read.settings.largest_content = largest * kMebibyte;

  const config::Section exchange = config.section("exchange");
  COMITY_ASSIGN_OR_RETURN(
      read.settings.upload_life,
      exchange.Duration("upload_life", absl::Hours(24), absl::Minutes(1), absl::Hours(24 * 30)));
  COMITY_ASSIGN_OR_RETURN(read.settings.delivery_timeout,
                          exchange.Duration("delivery_timeout", absl::Hours(24), absl::Seconds(1),
                                            absl::Hours(24 * 365)));
  COMITY_ASSIGN_OR_RETURN(read.settings.retrieval_timeout,
                          exchange.Duration("retrieval_timeout", absl::Hours(36), absl::Seconds(1),
                                            absl::Hours(24 * 365)));
  COMITY_ASSIGN_OR_RETURN(read.settings.most_open_uploads,
                          exchange.Integer("most_open_uploads", 64, 1, 100'000));
  COMITY_ASSIGN_OR_RETURN(read.timer_interval,
                          exchange.Duration("timer_interval", absl::Seconds(5),
                                            absl::Milliseconds(10), absl::Minutes(10)));

  const config::Section identity = config.section("identity");
  COMITY_ASSIGN_OR_RETURN(read.certificate, identity.Path("certificate"));
  COMITY_ASSIGN_OR_RETURN(read.key, identity.Path("key"));
  COMITY_ASSIGN_OR_RETURN(read.bundles, identity.Path("bundles"));
  return read;
}

}  // namespace comity::document_exchange
