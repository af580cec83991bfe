// SPDX-License-Identifier: BSD-2-Clause
#include "cli/curve.h"
#include "base/num.h"

#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>

#define ROWS      8
#define LABEL     6 /* columns of the numbers on the left, and the axis */
#define WIDTH_MIN 30
#define WIDTH_MAX 200
#define EIGHTHS   8

static bool locale_is_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

struct curve_style curve_style_of_output(void)
{
	struct curve_style style = {.width = 80, .unicode = locale_is_utf8()};
	const char *columns = getenv("COLUMNS"), *no_color = getenv("NO_COLOR"),
		   *term = getenv("TERM");
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		style.width = size.ws_col;
	else if (columns && atoi(columns) > 0)
		style.width = atoi(columns);
	style.color = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
		      strcmp(term, "dumb");
	return style;
}

/* How many calls had come by the end of a column. */
static size_t seen_by(const struct saturation *saturation, uint64_t time)
{
	size_t low = 0, high = saturation->distinct;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (saturation->first[middle] <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void add_cell(struct buf *out, unsigned int eighths, bool unicode)
{
	static const char *const blocks[EIGHTHS + 1] = {" ", "▁", "▂", "▃", "▄",
							"▅", "▆", "▇", "█"};

	buf__addf(out, "%s", unicode ? blocks[eighths] : eighths >= EIGHTHS / 2 ? "#" : " ");
}

static uint64_t end_of_column(uint64_t elapsed, unsigned int column, unsigned int columns)
{
	return (uint64_t)((double)elapsed * (column + 1) / columns);
}

static void draw_row(const struct saturation *saturation, uint64_t elapsed,
		     const struct curve_style *style, unsigned int columns, unsigned int row,
		     struct buf *out)
{
	unsigned int below = (ROWS - 1 - row) * EIGHTHS;

	if (row == 0)
		buf__addf(out, "%*zu ", LABEL - 2, saturation->distinct);
	else
		buf__addf(out, "%*s ", LABEL - 2, row == ROWS - 1 ? "0" : "");
	buf__addf(out, "%s%s", style->unicode ? "│" : "|", style->color ? "\033[36m" : "");
	for (unsigned int column = 0; column < columns; column++) {
		size_t seen = seen_by(saturation, end_of_column(elapsed, column, columns));
		size_t height = saturation->distinct ?
					(seen * ROWS * EIGHTHS + saturation->distinct / 2) /
						saturation->distinct :
					0;
		size_t part = height > below ? height - below : 0;

		add_cell(out, part > EIGHTHS ? EIGHTHS : part, style->unicode);
	}
	/* no spaces at the end of a line */
	while (!style->color && out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf__addf(out, "%s\n", style->color ? "\033[0m" : "");
}

void curve_draw(const struct saturation *saturation, uint64_t elapsed,
		const struct curve_style *style, struct buf *out)
{
	unsigned int width = style->width < WIDTH_MIN ? WIDTH_MIN :
			     style->width > WIDTH_MAX ? WIDTH_MAX :
							style->width;
	unsigned int columns = width - LABEL;
	char end[32];

	for (unsigned int row = 0; row < ROWS; row++)
		draw_row(saturation, elapsed, style, columns, row, out);
	buf__addf(out, "%*s%s", LABEL - 1, "", style->unicode ? "└" : "+");
	for (unsigned int column = 0; column < columns; column++)
		buf__addf(out, "%s", style->unicode ? "─" : "-");
	num_format_duration(elapsed, end, sizeof(end));
	buf__addf(out, "\n%*s0%*s\n", LABEL, "", (int)columns - 1, end);
}
