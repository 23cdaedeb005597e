#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/batch_loader.h"
#include "core/corpus/batch_plan.h"
#include "core/corpus/corpus.h"
#include "core/run/training_config.h"
#include "core/train/learner.h"
#include "core/train/process_place.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace phono {
