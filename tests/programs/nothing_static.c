/* build: -static */
// SPDX-License-Identifier: BSD-2-Clause
/* What the C library calls to start a program, and to end it. */
int main(void)
{
	return 0;
}
