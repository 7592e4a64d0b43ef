/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of keeping share: a recording, opened with its session. */
#pragma once
#include "audio/sb-file-source.h"
#include "document/sb-export.h"
#include "document/sb-store.h"
#include "sb-test.h"

#include <math.h>

typedef struct {
  SbSource *source;
  SbStore *store;
  SbDocument *document;
} Session;

static inline char *
make_recording (const char *name, guint32 seed)
{
  char *path = sb_test_path (name);
  g_autoptr (SbSource) noise = sb_test_noise_source (seed, 20000, 1, 44100);
  g_autoptr (GError) error = NULL;
  sb_export_source (noise, path, "pcm_16", NULL, &error);
  g_assert_no_error (error);
  return path;
}

static inline Session
open_session (const char *folder, const char *path)
{
  g_autoptr (GError) error = NULL;
  Session session = {.source = sb_file_source_new (path, NULL, &error)};
  g_assert_no_error (error);
  session.store = sb_store_open (folder, session.source, NULL, NULL, &error);
  g_assert_no_error (error);
  session.document = sb_document_new (session.source, &sb_store_project (session.store)->grid, &error);
  g_assert_no_error (error);
  g_assert_true (sb_store_attach (session.store, session.document, &error));
  g_assert_no_error (error);
  return session;
}

static inline void
close_session (Session *session)
{
  sb_store_free (session->store);
  sb_document_free (session->document);
  sb_source_unref (session->source);
}

static inline void
paint (Session *session, double from_s)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SbOperation) op = sb_test_box (from_s, from_s + 0.05, 1000, 4000, -INFINITY, SB_EDGE_AUTO);
  g_assert_true (sb_document_apply (session->document, op, &error));
  g_assert_no_error (error);
}

/* So many edits are in force when it is opened again. */
static inline void
expect_kept (const char *folder, const char *path, int n_edits)
{
  Session session = open_session (folder, path);
  g_assert_cmpint (sb_document_n_edits (session.document), ==, n_edits);
  close_session (&session);
}

/* Where the sentence says that something lies. */
static inline char *
path_in (const char *sentence)
{
  const char *begin = sentence ? strstr (sentence, "“") : NULL;
  g_assert_nonnull (begin);
  begin += strlen ("“");
  return g_strndup (begin, (gsize)(strstr (begin, "”") - begin));
}

static inline char *
session_file (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".sonobrush"))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

/* All is in the file, the hash of the recording's bytes as well, which another thread brings: nobody writes any
 * more. */
static inline void
wait_at_rest (Session *session, const char *folder)
{
  bool there = false;
  g_assert_true (sb_store_flush (session->store, 30));
  for (int i = 0; !there; i++) {
    g_assert_cmpint (i, <, 15000);
    g_autofree char *file = session_file (folder);
    g_autoptr (SbProject) project = file ? sb_project_load (file, NULL) : NULL;
    there = project && project->source_sha256 && *project->source_sha256;
    if (!there)
      g_usleep (2000);
  }
  sb_store_set_view (session->store, "rest", "here"); /* it is seen before it is acknowledged: this comes behind it */
  g_assert_true (sb_store_flush (session->store, 30));
}
