/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What several tests need: the shared recordings, seeded noise, temporary
 * folders, and comparisons that say where two signals part. */
#pragma once
#include "audio/sb-source.h"
#include "base/sb-error.h"
#include "edit/sb-operation.h"

/* Path below the folder of shared recordings, newly allocated; NULL when the
 * folder is missing: the test is then skipped, or failed where CI is set. */
char *sb_test_shared (const char *relative);
/* A fresh folder, removed with all in it at exit. */
const char *sb_test_folder (void);
char *sb_test_path (const char *name); /* in that folder, newly allocated */
/* Without the fsync of g_file_set_contents(), for files by the thousand. */
void sb_test_put_bytes (const char *path, const void *bytes, gsize n);
/* Uniform noise in −amplitude … amplitude; float[n], newly allocated. */
float *sb_test_noise (guint32 seed, gsize n, float amplitude);
SbSource *sb_test_noise_source (guint32 seed, int64_t n_frames, int channels, int rate);
float *sb_test_read_all (SbSource *source); /* float[n_frames][channels] */
/* Reads n_frames at random places, n_reads times on each of n_threads at once; fails where a bit differs from `all`,
 * float[source's frames][channels]. */
void sb_test_read_on_threads (SbSource *source, const float *all, int n_threads, int n_reads, int n_frames);
/* Largest |a − b|. */
double sb_test_distance (const float *a, const float *b, gsize n);
double sb_test_peak (const float *a, gsize n);
SbOperation *sb_test_box (double from_s, double to_s, double low_hz, double high_hz, double gain_db, SbEdge edge);
