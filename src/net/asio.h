// SPDX-License-Identifier: Apache-2.0
//
// The parts of Boost.Asio this project uses, under one short name. Rooms include this and not
// Asio's own headers: the list shows at a glance what we lean on, and its implementation is
// compiled once, in asio_impl.cc.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

namespace signalbox {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace signalbox
