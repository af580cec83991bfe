/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often tests with random input try. The sanitizers look for steps outside, not for wrong answers: a tenth shows these, and the
 * whole number costs minutes there.
 */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define EFFORT(times) ((times) / 10)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EFFORT(times) ((times) / 10)
#endif
#endif

#ifndef EFFORT
#define EFFORT(times) (times)
#endif
