#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/cmake/precompiled/base.h"
