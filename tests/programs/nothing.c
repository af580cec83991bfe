// SPDX-License-Identifier: BSD-2-Clause
/* What the loader and the C library call to start a program, and to end it. */
int main(void)
{
	return 0;
}
