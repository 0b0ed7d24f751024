#pragma once

#include <grpcpp/grpcpp.h>

#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.grpc.pb.h"
#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/cmake/precompiled/base.h"
