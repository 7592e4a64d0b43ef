/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a hot loop asks for vectors whatever the build type: a file of kernels
 * includes this first, and marks each kernel SB_KERNEL.  The clones use no
 * fused multiply-add, so every processor computes the same numbers.
 * Sanitizers get plain code: they cannot instrument the resolvers. */
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__gnu_linux__) &&                       \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__OPTIMIZE__)
#define SB_KERNEL __attribute__ ((target_clones ("avx2", "default")))
#else
#define SB_KERNEL
#endif
