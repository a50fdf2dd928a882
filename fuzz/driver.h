// SPDX-License-Identifier: Apache-2.0
//
// The two functions by which libFuzzer, and whatever else wants to replay an input, reaches a
// target. One program holds them all, so that it is compiled and linked once; which one it fuzzes
// is named in the environment, which libFuzzer hands on to the processes it starts itself.
#pragma once

#include <cstddef>
#include <cstdint>

namespace signalbox::fuzz {

inline constexpr const char* kTargetVariable = "SIGNALBOX_FUZZ_TARGET";

}  // namespace signalbox::fuzz

// Ends the process, with the names there are, when the environment names no target.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

// Runs the target chosen. REQUIRES: LLVMFuzzerInitialize() was called.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
