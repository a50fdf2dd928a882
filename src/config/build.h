// SPDX-License-Identifier: Apache-2.0
//
// From checked fields to core values. By now nothing can be wrong any more.
#pragma once

#include "config/config.h"
#include "config/fields.h"

namespace signalbox::config {

// REQUIRES: check_shape and check_meaning found nothing.
Config build_config(const Fields& root);

}  // namespace signalbox::config
