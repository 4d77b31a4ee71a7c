/* openssl.exe for the tests under Wine: runs the openssl of the machine that Wine runs on.
 *
 * Wine starts programs of Unix, but tells neither what they print nor how they end: a script of the shell writes
 * that into files. */

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#include <stdio.h>
#include <string.h>

/* In single quotes, as the shell takes it literally. */
static void write_quoted(FILE *script, const wchar_t *argument)
{
    char text[4096];
    if (WideCharToMultiByte(CP_UTF8, 0, argument, -1, text, sizeof text, NULL, NULL) == 0) ExitProcess(120);
    fputs(" '", script);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\'') fputs("'\\''", script);
        else fputc(*at, script);
    }
    fputc('\'', script);
}

/* What the script has written into a file goes where this program writes. */
static void hand_on(const char *name, FILE *to)
{
    char part[4096];
    size_t length;
    FILE *file = fopen(name, "rb");
    if (file == NULL) return;
    _setmode(_fileno(to), _O_BINARY);
    while ((length = fread(part, 1, sizeof part, file)) > 0) fwrite(part, 1, length, to);
    fclose(file);
    remove(name);
}

int main(void)
{
    char name[64], script_name[80], code_name[80], out_name[80], error_name[80], line[256];
    snprintf(name, sizeof name, "openssl-%lu", GetCurrentProcessId());
    snprintf(script_name, sizeof script_name, "%s.sh", name);
    snprintf(code_name, sizeof code_name, "%s.code", name);
    snprintf(out_name, sizeof out_name, "%s.out", name);
    snprintf(error_name, sizeof error_name, "%s.err", name);

    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    FILE *script = fopen(script_name, "wb");
    if (script == NULL) return 121;
    fputs("openssl", script);
    for (int i = 1; i < count; i++) write_quoted(script, arguments[i]);
    fprintf(script, " </dev/null >%s 2>%s\necho $? >%s.new\n", out_name, error_name, name);
    fprintf(script, "mv %s.new %s\n", name, code_name);
    fclose(script);

    STARTUPINFOA startup = { .cb = sizeof startup };
    PROCESS_INFORMATION process;
    snprintf(line, sizeof line, "/bin/sh %s", script_name);
    if (!CreateProcessA("Z:\\bin\\sh", line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) return 122;

    int code = 123; /* It took longer than 2 minutes. */
    for (int i = 0; i < 24000; i++) {
        FILE *file = fopen(code_name, "rb");
        if (file != NULL) {
            if (fscanf(file, "%d", &code) != 1) code = 124;
            fclose(file);
            break;
        }
        Sleep(5);
    }
    hand_on(out_name, stdout);
    hand_on(error_name, stderr);
    remove(script_name);
    remove(code_name);
    return code;
}
