// SPDX-License-Identifier: Apache-2.0
//
// The one place where the non-template parts of Boost.Asio and Boost.Beast are compiled. Every
// other file sees declarations only, because the signalbox_asio target defines their macros for
// separate compilation; that takes seconds off each file that includes them.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
