@echo off
rem Windows: a double click, or start.bat [FOLDER].
where py >nul 2>nul
if errorlevel 1 (python "%~dp0start.py" %*) else (py -3 "%~dp0start.py" %*)
if errorlevel 1 pause
