#include "common/ledger_service/ledger_service.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/status/macros.h"

namespace comity::ledger_service {
namespace {

namespace v1 = ::comity::ledger::v1;

void ToProto(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(const journal::PublishedCheckpoint& checkpoint, v1::Checkpoint* proto) {
  proto->set_note(checkpoint.note);
  proto->set_tree_size(checkpoint.size);
  ToProto(checkpoint.publish_time, proto->mutable_publish_time());
}

void ToProto(const ledger::Hash& hash, std::string* bytes) {
  bytes->assign(hash.begin(), hash.end());
}

template <typename Proto>
void AddHashes(const std::vector<ledger::Hash>& hashes, Proto* proto) {
  for (const ledger::Hash& hash : hashes) ToProto(hash, proto->add_hashes());
}

void ToProto(const journal::Entry& entry, const std::string& store_id, v1::Entry* proto) {
  proto->set_leaf_index(entry.leaf_index);
  if (entry.revision != 0) {
    proto->mutable_revision()->set_store_id(store_id);
    proto->mutable_revision()->set_number(entry.revision);
  }
  ToProto(entry.commit_time, proto->mutable_commit_time());
  proto->set_salt(entry.salt.value_or(""));
  proto->set_body(entry.body.value_or(""));
  ToProto(entry.commitment, proto->mutable_commitment());
}

}  // namespace

grpc::ServerUnaryReactor* LedgerService::GetCheckpoint(grpc::CallbackServerContext* context,
                                                       const v1::GetCheckpointRequest* request,
                                                       v1::Checkpoint* response) {
  return gate_.Unary(
      context, "GetCheckpoint", request, response,
      [this](const rpc::Call&, const v1::GetCheckpointRequest& get, v1::Checkpoint* checkpoint) {
        const auto latest = queries_.LatestCheckpoint(get.store_id());
        if (latest.ok()) ToProto(*latest, checkpoint);
        return latest.status();
      });
}

grpc::ServerUnaryReactor* LedgerService::GetInclusionProof(
    grpc::CallbackServerContext* context, const v1::GetInclusionProofRequest* request,
    v1::InclusionProof* response) {
  return gate_.Unary(
      context, "GetInclusionProof", request, response,
      [this](const rpc::Call&, const v1::GetInclusionProofRequest& get,
             v1::InclusionProof* proto) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(
            const InclusionProof proof,
            queries_.ProveInclusion(get.leaf_index(), get.tree_size(), get.store_id()));
        proto->set_leaf_index(proof.leaf_index);
        ToProto(proof.commitment, proto->mutable_commitment());
        AddHashes(proof.hashes, proto);
        ToProto(proof.checkpoint, proto->mutable_checkpoint());
        proto->set_tlog_proof(proof.tlog_proof);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LedgerService::GetConsistencyProof(
    grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
    v1::ConsistencyProof* response) {
  return gate_.Unary(
      context, "GetConsistencyProof", request, response,
      [this](const rpc::Call&, const v1::GetConsistencyProofRequest& get,
             v1::ConsistencyProof* proto) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(
            const ConsistencyProof proof,
            queries_.ProveConsistency(get.first_size(), get.second_size(), get.store_id()));
        proto->set_first_size(proof.first_size);
        proto->set_second_size(proof.second_size);
        AddHashes(proof.hashes, proto);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LedgerService::GetTile(grpc::CallbackServerContext* context,
                                                 const v1::GetTileRequest* request,
                                                 v1::Tile* response) {
  return gate_.Unary(
      context, "GetTile", request, response,
      [this](const rpc::Call&, const v1::GetTileRequest& get, v1::Tile* proto) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(
            const ledger::Tile tile,
            queries_.ReadTile({.level = get.level(), .index = get.index()}, get.store_id()));
        proto->set_level(tile.id.level);
        proto->set_index(tile.id.index);
        proto->set_hashes(ledger::EncodeTile(tile.hashes));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LedgerService::ListEntries(grpc::CallbackServerContext* context,
                                                     const v1::ListEntriesRequest* request,
                                                     v1::ListEntriesResponse* response) {
  return gate_.Unary(
      context, "ListEntries", request, response,
      [this](const rpc::Call& call, const v1::ListEntriesRequest& list,
             v1::ListEntriesResponse* proto) -> absl::Status {
        const Disclosure disclosure{.caller = std::string(call.caller()),
                                    .via = std::string(call.via()),
                                    .method = std::string(call.method()),
                                    .request_id = std::string(call.request_id()),
                                    .purpose = list.purpose()};
        COMITY_ASSIGN_OR_RETURN(const EntriesPage page,
                                queries_.ListEntries(disclosure, list.first_leaf_index(),
                                                     list.page_size(), list.store_id()));
        COMITY_ASSIGN_OR_RETURN(const journal::Log* const log, journal_->FindLog(list.store_id()));
        for (const journal::Entry& entry : page.entries) {
          ToProto(entry, log->store_id, proto->add_entries());
        }
        proto->set_next_leaf_index(page.next_leaf_index);
        return absl::OkStatus();
      });
}

}  // namespace comity::ledger_service
