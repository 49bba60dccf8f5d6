" Visits every error of a report in the quickfix list and writes where the cursor is, in bytes.
set encoding=utf-8 nomore noswapfile
set errorformat=%f:%l:%v:\ %t%*[^:]:\ %m
cgetfile report.gnu
let out = []
for n in range(1, len(getqflist()))
  if getqflist()[n - 1].valid
    execute 'silent cc! ' . n
    call add(out, join(['vim', expand('%'), line('.'), col('.')], "\t"))
  endif
endfor
call writefile(out, 'vim.txt')
qall!
