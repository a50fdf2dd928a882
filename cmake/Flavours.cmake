# SPDX-License-Identifier: Apache-2.0
#
# What the presets mean to the compiler. Each preset of CMakePresets.json only names a build
# type; the flags live here, so that one place answers "how was this built?".
#
#   Release  what ships: optimised, line tables for profilers, assertions of our own still on
#   Debug    for a debugger: unoptimised, with the standard library's checks
#   Asan     address and undefined-behaviour sanitizers; the first finding ends the process
#   Tsan     thread sanitizer
#   Fuzz     clang with coverage for libFuzzer, and the sanitizers of Asan
include_guard(GLOBAL)

set(flavours Release Debug Asan Tsan Fuzz)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "One of: ${flavours}" FORCE)
endif()
if(NOT CMAKE_BUILD_TYPE IN_LIST flavours)
  list(JOIN flavours ", " allowed)
  message(FATAL_ERROR "CMAKE_BUILD_TYPE is '${CMAKE_BUILD_TYPE}'; allowed: ${allowed}. "
                      "Configure with a preset: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON) # read by the house checker and clang-tidy

# NDEBUG is set nowhere: an assertion that is off in production guards nothing.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g -D_GLIBCXX_ASSERTIONS")
# GCC warns falsely of uninitialised memory once sanitizers have rewritten the code; release and
# debug keep that warning.
string(CONCAT CMAKE_CXX_FLAGS_ASAN
       "-O1 -g1 -D_GLIBCXX_ASSERTIONS -Wno-maybe-uninitialized "
       "-fsanitize=address,undefined -fno-sanitize-recover=all")
set(CMAKE_EXE_LINKER_FLAGS_ASAN "-fsanitize=address,undefined")
# Asio fences memory in a way GCC's thread sanitizer cannot follow; GCC says so (-Wtsan) at every
# file that includes it, a screenful each time.
set(CMAKE_CXX_FLAGS_TSAN
    "-O1 -g1 -D_GLIBCXX_ASSERTIONS -fsanitize=thread -Wno-tsan -Wno-maybe-uninitialized")
set(CMAKE_EXE_LINKER_FLAGS_TSAN "-fsanitize=thread")
# Without coverage a fuzzer is blind. fuzz/CMakeLists.txt links libFuzzer itself, where it has its
# main function.
string(CONCAT CMAKE_CXX_FLAGS_FUZZ
       "-O1 -g1 -D_GLIBCXX_ASSERTIONS -fsanitize=fuzzer-no-link,address,undefined "
       "-fno-sanitize-recover=all")
set(CMAKE_EXE_LINKER_FLAGS_FUZZ "-fsanitize=address,undefined")
if(CMAKE_BUILD_TYPE STREQUAL "Fuzz" AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "fuzzing needs clang, and this is ${CMAKE_CXX_COMPILER_ID}. Configure with: "
                      "cmake --preset fuzz")
endif()
add_compile_options(-fno-omit-frame-pointer)

# Speed-ups that change no output: used where installed, silently absent elsewhere.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
