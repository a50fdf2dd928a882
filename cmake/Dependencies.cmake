# SPDX-License-Identifier: Apache-2.0
#
# Everything Signalbox takes from outside, all of it Debian 12 packages (scripts/packages.txt gives
# the reason for each). Rooms name these imported targets under LIBRARIES:
#
#   fmt::fmt  spdlog::spdlog  yaml-cpp  CLI11::CLI11  ZLIB::ZLIB  SQLite::SQLite3  Threads::Threads
#   OpenSSL::Crypto  OpenSSL::SSL
#   Boost::headers  Boost::json  Boost::url
#   signalbox_asio     Boost.Asio and Boost.Beast, their non-template parts compiled once
#   signalbox_gtest    GoogleTest, GoogleMock and RapidCheck (signalbox_test() links it already)
#   benchmark::benchmark_main   (signalbox_bench() links it already)
#   PkgConfig::nghttp2
#   messages_<name>    classes of a .proto file: signalbox_messages()
#   signalbox_allocator   mimalloc in place of the C library's allocator, for programs that ship
#   PkgConfig::clp  PkgConfig::cbc   (solve only)
#   PkgConfig::cairo  PkgConfig::png  PkgConfig::turbojpeg   (profiler only)
#
# SIGNALBOX_CHART_LIBRARY is the path of Chart.js, which sim/report builds into the binary.
include_guard(GLOBAL)

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(fmt 9.1 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(GTest 1.12 REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(benchmark 1.7 REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS json url)
find_package(PkgConfig REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
pkg_check_modules(nghttp2 REQUIRED IMPORTED_TARGET libnghttp2>=1.52)
pkg_check_modules(clp REQUIRED IMPORTED_TARGET clp>=1.17)
pkg_check_modules(cbc REQUIRED IMPORTED_TARGET cbc>=2.10)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo>=1.16)
pkg_check_modules(png REQUIRED IMPORTED_TARGET libpng>=1.6)
pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg>=2.1)
find_file(SIGNALBOX_CHART_LIBRARY chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH
          REQUIRED DOC "Chart.js of the package libjs-chart.js")

# Asio and Beast are header-only by default: every file that includes them compiles their whole
# implementation again. Here it is compiled once, and the definitions travel to every user because
# mixing both ways in one program breaks the one-definition rule.
add_library(signalbox_asio STATIC "${PROJECT_SOURCE_DIR}/src/net/asio_impl.cc")
target_compile_definitions(signalbox_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION
                                                 BOOST_BEAST_SEPARATE_COMPILATION
                                                 BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(signalbox_asio PUBLIC Boost::headers Threads::Threads)

# Nothing names mimalloc: it is linked, ahead of the C library, for what it takes the place of. A
# debugger's and a sanitizer's build keep the allocator that their tools know.
add_library(signalbox_allocator INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  find_package(mimalloc 2.0 REQUIRED)
  target_link_options(
    signalbox_allocator INTERFACE
    "LINKER:--push-state,--no-as-needed,$<TARGET_FILE:mimalloc>,--pop-state")
endif()

add_library(signalbox_gtest INTERFACE)
target_link_libraries(signalbox_gtest INTERFACE GTest::gmock GTest::gtest GTest::gtest_main
                                                rapidcheck rapidcheck_gtest)
