" Vim and ALE, with the recipe of docs/editors.md: open, type, a finding appears, apply the fix, it goes. ALE 3.3.0 takes the protocol's UTF-16
" units for bytes, so the line has ASCII alone.
set nocompatible encoding=utf-8 nomore
let g:ale_lint_delay = 50
set runtimepath^=/usr/share/vim-ale
filetype plugin on
runtime plugin/ale.vim
source $RECIPE

function! Fail(what)
  call writefile(['vim: ' . a:what, string(ale#engine#GetLoclist(bufnr(''))), string(getline(1, '$'))], '/dev/stderr', 'a')
  cquit
endfunction

function! Eventually(what, holds)
  for i in range(600)
    if a:holds()
      return
    endif
    sleep 50m
  endfor
  call Fail(a:what)
endfunction

function! Findings()
  return join(map(copy(ale#engine#GetLoclist(bufnr(''))), {_, d -> get(d, 'code', '') . ' ' . strpart(getline(d.lnum), d.col - 1, d.end_col - d.col + 1)}), ', ')
endfunction

edit Dockerfile
if &filetype !=# 'dockerfile' | call Fail('the type is ' . &filetype) | endif
call append(2, "ENV\tNAME a b")
ALELint
call Eventually('the finding appears', {-> Findings() ==# 'legacy-key-value NAME a b'})
call cursor(3, 6)
" The menu is answered with the first action, which is the fix.
runtime autoload/ale/util.vim
function! ale#util#Input(message, value) abort
  return '1'
endfunction
ALECodeAction
call Eventually('the fix is made', {-> getline(3) ==# "ENV\tNAME=\"a b\""})
ALELint
call Eventually('the finding goes', {-> empty(ale#engine#GetLoclist(bufnr('')))})
call writefile(['vim ' . v:version . ', ALE: passed'], '/dev/stderr', 'a')
qall!
