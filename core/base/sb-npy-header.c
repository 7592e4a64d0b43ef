/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader of just the Python literals that NumPy writes:
 *   {'descr': '<c8', 'fortran_order': True, 'shape': (513, 346), } */
#include "base/sb-npy-private.h"

#include <string.h>

typedef struct {
  const char *at, *end;
} Cursor;

static void
skip_space (Cursor *c)
{
  while (c->at < c->end && g_ascii_isspace (*c->at))
    c->at++;
}

static bool
take (Cursor *c, char wanted)
{
  skip_space (c);
  if (c->at == c->end || *c->at != wanted)
    return false;
  c->at++;
  return true;
}

/* 'text' or "text"; no escapes: NumPy's keys and type names have none. */
static bool
take_string (Cursor *c, char *out, size_t size)
{
  skip_space (c);
  if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
    return false;
  char quote = *c->at++;
  const char *close = memchr (c->at, quote, (size_t)(c->end - c->at));
  if (!close || (size_t)(close - c->at) >= size || memchr (c->at, '\\', (size_t)(close - c->at)))
    return false;
  memcpy (out, c->at, (size_t)(close - c->at));
  out[close - c->at] = '\0';
  c->at = close + 1;
  return true;
}

static bool
take_word (Cursor *c, const char *word)
{
  skip_space (c);
  size_t n = strlen (word);
  if ((size_t)(c->end - c->at) < n || memcmp (c->at, word, n) != 0)
    return false;
  c->at += n;
  return true;
}

/* A size: digits, perhaps with Python 2's L. */
static bool
take_size (Cursor *c, int64_t *size)
{
  skip_space (c);
  const char *start = c->at;
  int64_t value = 0;
  for (; c->at < c->end && g_ascii_isdigit (*c->at); c->at++)
    if (__builtin_mul_overflow (value, 10, &value) || __builtin_add_overflow (value, *c->at - '0', &value))
      return false;
  bool any = c->at > start;
  if (any && c->at < c->end && *c->at == 'L')
    c->at++;
  *size = value;
  return any;
}

static char *
parse_shape (Cursor *c, SbNpyInfo *info)
{
  if (!take (c, '('))
    return g_strdup ("has a shape that is not a list of sizes");
  info->n_dims = 0;
  while (!take (c, ')')) {
    int64_t size;
    skip_space (c);
    if (c->at < c->end && *c->at == '-')
      return g_strdup ("has a negative size in its shape");
    if (!take_size (c, &size))
      return g_strdup ("has a shape that is not a list of sizes");
    if (info->n_dims == 3)
      return g_strdup ("has more than three dimensions");
    info->shape[info->n_dims++] = size;
    if (!take (c, ',')) {
      if (!take (c, ')'))
        return g_strdup ("has a shape that is not a list of sizes");
      break;
    }
  }
  return NULL;
}

static char *
parse_type (const char *descr, SbNpyInfo *info)
{
  static const struct {
    const char *name;
    SbNpyType type;
  } known[] = {{"b1", SB_NPY_BOOL},    {"?", SB_NPY_BOOL},       {"u1", SB_NPY_UINT8},      {"f4", SB_NPY_FLOAT32},
               {"f8", SB_NPY_FLOAT64}, {"c8", SB_NPY_COMPLEX64}, {"c16", SB_NPY_COMPLEX128}};
  bool marked = *descr && strchr ("<>|=", *descr);
  const char *name = descr + marked;
  for (size_t i = 0; i < G_N_ELEMENTS (known); i++) {
    if (strcmp (name, known[i].name) != 0)
      continue;
    info->type = known[i].type;
    bool one_byte = sb_npy_type_bytes (info->type) == 1;
    bool big = G_BYTE_ORDER == G_BIG_ENDIAN;
    if (!one_byte && *descr == '|')
      return g_strdup_printf ("has the type “%s”, which says no byte order", descr);
    info->swapped = !one_byte && ((*descr == '<' && big) || (*descr == '>' && !big));
    return NULL;
  }
  g_autofree char *shown = g_str_to_ascii (descr, "C");
  return g_strdup_printf ("holds numbers of the type “%s”; bool, uint8, float32, float64, complex64 and complex128 are "
                          "understood",
                          shown);
}

static char *
parse_descr (Cursor *c, SbNpyInfo *info)
{
  char descr[64];
  skip_space (c);
  if (c->at < c->end && *c->at == '[')
    return g_strdup ("holds records, not plain numbers");
  if (!take_string (c, descr, sizeof descr))
    return g_strdup ("has a number type that makes no sense");
  return parse_type (descr, info);
}

static char *
parse_value (Cursor *c, const char *key, unsigned *seen, SbNpyInfo *info)
{
  static const char *const keys[] = {"descr", "fortran_order", "shape"};
  unsigned which = 0;
  while (which < 3 && strcmp (key, keys[which]) != 0)
    which++;
  if (which == 3 || (*seen & (1u << which)))
    return g_strdup ("has a header with keys that do not belong there");
  *seen |= 1u << which;
  if (which == 0)
    return parse_descr (c, info);
  if (which == 2)
    return parse_shape (c, info);
  info->fortran = take_word (c, "True");
  if (!info->fortran && !take_word (c, "False"))
    return g_strdup ("does not say whether it is in Fortran order");
  return NULL;
}

static void
set_planes (SbNpyInfo *info)
{
  const int64_t *s = info->shape;
  info->planes = info->n_dims == 3 ? s[0] : 1;
  info->rows = info->n_dims == 3 ? s[1] : info->n_dims > 0 ? s[0] : 1;
  info->cols = info->n_dims == 3 ? s[2] : info->n_dims == 2 ? s[1] : 1;
}

char *
sb_npy_parse_header (const char *text, size_t n_bytes, SbNpyInfo *info)
{
  Cursor c = {text, text + n_bytes};
  unsigned seen = 0;
  if (!take (&c, '{'))
    return g_strdup ("has a header that is not a Python dictionary");
  while (!take (&c, '}')) {
    char key[32];
    if (!take_string (&c, key, sizeof key) || !take (&c, ':'))
      return g_strdup ("has a header that is not a Python dictionary");
    char *wrong = parse_value (&c, key, &seen, info);
    if (wrong)
      return wrong;
    if (!take (&c, ',')) {
      if (!take (&c, '}'))
        return g_strdup ("has a header that is not a Python dictionary");
      break;
    }
  }
  skip_space (&c);
  while (c.at < c.end && *c.at == '\0') /* some writers pad with zeros */
    c.at++;
  if (c.at != c.end)
    return g_strdup ("has a header with something behind its dictionary");
  if (seen != 7)
    return g_strdup ("has a header without type, order or shape");
  set_planes (info);
  return NULL;
}
