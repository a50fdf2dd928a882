# SPDX-License-Identifier: Apache-2.0
#
# The things this tree is made of, and how each is declared:
#
#   signalbox_room(<room>  SOURCES a.cc b.cc  DEPENDS <room>...  LIBRARIES <target>...)
#   signalbox_test(<room>  a_test.cc b_test.cc  [DEPENDS <room>...]  [LIBRARIES <target>...])
#   signalbox_bench(<name> a_bench.cc  [DEPENDS <room>...]  [LIBRARIES <target>...])
#   signalbox_app(<name>   main.cc     [DEPENDS <room>...]  [LIBRARIES <target>...])
#   signalbox_messages(<name> a.proto)
#
# All share the same include root (src/), the same warnings and the same errors for a wrong name, so
# a room's CMakeLists.txt is a list of its files and nothing else.
include_guard(GLOBAL)
include(GoogleTest)

set(SIGNALBOX_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror)
if(CMAKE_BUILD_TYPE STREQUAL "Fuzz")
  set(SIGNALBOX_WARNINGS -w) # GCC's warnings are the rule; clang is here for its fuzzer
endif()

# A room: the static library signalbox_<room>, or an interface library when all of it is headers.
# A room of several folders (core) lists its files with their folder: model/unit.cc. A room within a
# group (sim/engine) is a library of its own, named with an underscore: sim_engine.
function(signalbox_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBRARIES")
  _signalbox_refuse_strays("signalbox_room(${room})")
  set(target signalbox_${room})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_compile_options(${target} PRIVATE ${SIGNALBOX_WARNINGS})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/src")
  _signalbox_link(${target} ${scope} "signalbox_room(${room})")
endfunction()

# The tests of a room: one binary test_<room>, whose every TEST is one ctest case named
# <room>.<Suite>.<sentence>. <room> may also name a whole-system suite under test/, which has no
# library of its own and says what it needs under DEPENDS.
#
# Tests run from the top of the tree, so golden files are opened as "test/golden/...". They also
# see the macro SIGNALBOX_BINARY: the path of the signalbox executable of the same build.
function(signalbox_test room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBRARIES")
  set(target test_${room})
  add_executable(${target} ${arg_SOURCES} ${arg_UNPARSED_ARGUMENTS})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_compile_options(${target} PRIVATE ${SIGNALBOX_WARNINGS})
  target_compile_definitions(${target}
                             PRIVATE SIGNALBOX_BINARY="${PROJECT_BINARY_DIR}/signalbox")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}")
  if(TARGET signalbox_${room})
    list(PREPEND arg_DEPENDS ${room})
  endif()
  list(APPEND arg_LIBRARIES signalbox_gtest)
  _signalbox_link(${target} PRIVATE "signalbox_test(${room})")
  if(TARGET signalbox)
    add_dependencies(${target} signalbox)
  endif()
  # RapidCheck draws a new seed per run unless told; a fixed one makes a red test stay red. Explore
  # others by running the binary itself: RC_PARAMS="seed=7" build/release/tests/test_<room>
  gtest_discover_tests(
    ${target}
    TEST_PREFIX "${room}."
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 ENVIRONMENT "RC_PARAMS=seed=1")
endfunction()

# A benchmark: the Google Benchmark binary <build>/bench/<name>, not run by ctest, because a timed
# test on a shared machine proves nothing.
function(signalbox_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBRARIES")
  set(target bench_${name})
  add_executable(${target} ${arg_SOURCES} ${arg_UNPARSED_ARGUMENTS})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME "${name}" RUNTIME_OUTPUT_DIRECTORY
                                                                   "${PROJECT_BINARY_DIR}/bench")
  target_compile_options(${target} PRIVATE ${SIGNALBOX_WARNINGS})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}")
  list(APPEND arg_LIBRARIES benchmark::benchmark benchmark::benchmark_main)
  _signalbox_link(${target} PRIVATE "signalbox_bench(${name})")
endfunction()

# A program: the executable <build>/<name>.
function(signalbox_app name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS;LIBRARIES")
  add_executable(${name} ${arg_SOURCES} ${arg_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  target_compile_options(${name} PRIVATE ${SIGNALBOX_WARNINGS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  _signalbox_link(${name} PRIVATE "signalbox_app(${name})")
endfunction()

# Messages of a protocol: the library messages_<name> with the classes that protoc makes of one file,
# included by its path from src/ as "wire/a.pb.h". Generated into the build tree, compiled without
# our warnings: it is not our code.
function(signalbox_messages name file)
  set(target messages_${name})
  file(RELATIVE_PATH path "${PROJECT_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  string(REGEX REPLACE "\\.proto$" "" stem "${path}")
  set(out "${PROJECT_BINARY_DIR}/messages")
  add_custom_command(
    OUTPUT "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${out}"
    COMMAND protobuf::protoc "--proto_path=${PROJECT_SOURCE_DIR}/src" "--cpp_out=${out}" "${path}"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
    VERBATIM)
  add_library(${target} STATIC "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h")
  target_compile_options(${target} PRIVATE -w)
  target_include_directories(${target} SYSTEM PUBLIC "${out}")
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
endfunction()

# Links the caller's DEPENDS (rooms) and LIBRARIES (targets). A name that is no target would reach
# the linker as -lNAME and fail there without a hint, so it is refused here, by name.
macro(_signalbox_link target scope caller)
  foreach(room_needed IN LISTS arg_DEPENDS)
    if(NOT TARGET signalbox_${room_needed})
      message(FATAL_ERROR "${caller} DEPENDS on '${room_needed}', no room built before it: check "
                          " the spelling, or the order of rooms in the top CMakeLists.txt")
    endif()
    target_link_libraries(${target} ${scope} signalbox_${room_needed})
  endforeach()
  foreach(library_needed IN LISTS arg_LIBRARIES)
    if(NOT TARGET ${library_needed})
      message(FATAL_ERROR "${caller} names LIBRARIES '${library_needed}', which is no target: "
                          "cmake/Dependencies.cmake lists the targets there are")
    endif()
    target_link_libraries(${target} ${scope} ${library_needed})
  endforeach()
endmacro()

macro(_signalbox_refuse_strays caller)
  if(arg_UNPARSED_ARGUMENTS)
    list(JOIN arg_UNPARSED_ARGUMENTS " " strays)
    message(FATAL_ERROR "${caller}: '${strays}' stands before SOURCES, DEPENDS or LIBRARIES")
  endif()
endmacro()
