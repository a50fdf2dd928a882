// SPDX-License-Identifier: Apache-2.0
//
// Where signals come from, from fields to values; see build.h.
#pragma once

#include <vector>

#include "config/config.h"
#include "config/fields.h"

namespace signalbox::config {

// In the order of the file. REQUIRES: the file was found sound.
std::vector<SourceSection> build_sources(const Fields& root);

// Whom to believe and for how long, likewise.
std::vector<core::SourceSpec> build_source_specs(const Fields& root);

core::EnergySpec build_energy(const Fields& unit);

// What a source's times are where the file does not say; timeout and ttl follow from the interval.
Duration interval_of(const Fields& source);
Duration timeout_of(const Fields& source);
Duration ttl_of(const Fields& source);

}  // namespace signalbox::config
