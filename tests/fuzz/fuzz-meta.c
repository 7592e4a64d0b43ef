/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What anybody's recording holds besides its samples, on its way into every
 * other container: chunks and tags read, cut to a part, told, and made anew. */
#include "audio/sb-file-source.h"
#include "document/sb-export-meta-private.h"
#include "fuzz-prober.h"

/* part: the second half only, and a line more in its history. */
static void
carry_over (SbSource *source, const char *target, bool part)
{
  const int64_t n = source->n_frames, first = part ? n / 2 : 0;
  const SbExportShape shape = {.rate = source->rate,
                               .channels = source->channels,
                               .n_frames = n - first,
                               .type = SB_SAMPLE_S16,
                               .sf_format = sb_file_source_sf_format (source)};
  SbExportFormat format;
  SbExportShell shell = {0};
  g_autoptr (SbExportMeta) meta = sb_export_meta_read (source);
  if (part) {
    sb_export_meta_cut (meta, first, n - first);
    sb_export_meta_add_history (meta, "A=PCM,T=Sonobrush");
  }
  if (!sb_export_format_choose (target, "pcm_16", &shape, &format, NULL))
    return;
  if (sb_export_shell_knows (&format)) {
    if (sb_export_shell_make (&format, &shape, meta, &shell))
      g_assert_true (shell.head->len > 0 && (int64_t)shell.head->len < ((int64_t)1 << 30));
    sb_export_shell_clear (&shell);
  } else {
    sb_export_meta_tell_left_out (meta, SB_META_FLAC, format.sf_format);
    g_autoptr (GByteArray) blocks = sb_export_flac_blocks (meta);
    g_assert_nonnull (blocks);
  }
  g_autofree char *left_out = sb_export_meta_left_out_text (meta);
  g_assert_true (g_utf8_validate (left_out, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  static const char *const targets[] = {"a.wav", "a.rf64", "a.w64", "a.aiff", "a.caf", "a.flac"};
  int fd;
  g_autofree char *path = fuzz_file (bytes, n, &fd);
  g_autoptr (SbSource) source = probed (path) ? sb_file_source_new (path, NULL, NULL) : NULL;
  for (guint i = 0; source && i < G_N_ELEMENTS (targets); i++)
    carry_over (source, targets[i], (n + i) % 2);
  close (fd);
  return 0;
}
